namespace Relay.Smtp.Addressing;

/// <summary><c>Mailbox = Local-part "@" ( Domain / address-literal )</c> (RFC 5321 §4.1.2).</summary>
public static class Mailbox
{
    /// <summary>
    /// Splits at the last @ outside quotes. For mailboxes that the command parser has let through; false if there is
    /// no domain, with the whole as local part.
    /// </summary>
    public static bool TrySplit(
        ReadOnlySpan<byte> mailbox,
        out ReadOnlySpan<byte> localPart,
        out ReadOnlySpan<byte> domain)
    {
        // Neither a domain nor a literal has an @ or a quote: the last @ divides, unless a quoted string ends after it.
        int at = mailbox.LastIndexOf((byte)'@');
        if (at < 0 || mailbox[at..].Contains((byte)'"'))
        {
            localPart = mailbox;
            domain = default;
            return false;
        }

        localPart = mailbox[..at];
        domain = mailbox[(at + 1)..];
        return true;
    }

    /// <summary>The mailbox of a name without quotes: in quotes if it is no dot-string.</summary>
    /// <param name="name">What the local part means; no control characters.</param>
    /// <param name="domain">Empty for none, and no @ then.</param>
    public static byte[] Compose(ReadOnlySpan<byte> name, ReadOnlySpan<byte> domain)
    {
        bool isDotString = !name.IsEmpty && name[0] != (byte)'"' && LocalPart.Measure(name) == name.Length;
        byte[] local = isDotString ? name.ToArray() : Quote(name);
        return domain.IsEmpty ? local : [.. local, (byte)'@', .. domain];
    }

    private static byte[] Quote(ReadOnlySpan<byte> name)
    {
        var text = new List<byte>(name.Length + 2) { (byte)'"' };
        foreach (byte octet in name)
        {
            if (octet is (byte)'"' or (byte)'\\')
            {
                text.Add((byte)'\\');
            }

            text.Add(octet);
        }

        text.Add((byte)'"');
        return [.. text];
    }

    /// <summary>
    /// A well-formed mailbox with a domain, within the limits of RFC 5321 §4.5.3.1, without brackets.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<byte> mailbox)
    {
        if (mailbox.Length + 2 > SmtpLimits.PathMax)
        {
            return false;
        }

        Span<byte> path = stackalloc byte[SmtpLimits.PathMax];
        path[0] = (byte)'<';
        mailbox.CopyTo(path[1..]);
        path[mailbox.Length + 1] = (byte)'>';
        return PathParser.Parse(path[..(mailbox.Length + 2)], out ParsedPath parsed, out _) == PathStatus.Valid
            && parsed.Mailbox.Length == mailbox.Length
            && !mailbox.IsEmpty;
    }
}
