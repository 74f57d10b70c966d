namespace Relay.Routing.Masquerading;

/// <summary>
/// Finds the addresses of an address list (RFC 5322 §3.4): mailboxes with and without a display name, groups, comments
/// anywhere, folded lines, quoted strings, obsolete routes. Never fails: what is no address is passed over. A view of
/// the field's body.
/// </summary>
public ref struct AddressScanner(ReadOnlySpan<byte> body)
{
    private readonly ReadOnlySpan<byte> _body = body;
    private int _at;

    /// <summary>Finds the next address.</summary>
    /// <param name="address">
    /// Where its octets stand, from the first of the local part to the last of the domain, comments and white space
    /// between them included.
    /// </param>
    public bool TryNext(out Range address)
    {
        while (_at < _body.Length)
        {
            int start = _at;
            int end = EndOfElement(start, out int open, out int close);
            bool isAngle = open >= 0 && close > open;
            address = Trim(isAngle ? SkipRoute(open + 1, close) : start, isAngle ? close : end);
            _at = end + 1;
            if (address.End.Value > address.Start.Value)
            {
                return true;
            }
        }

        address = default;
        return false;
    }

    /// <summary>The end of the element: a comma, a semicolon, or the colon behind a group's name.</summary>
    private readonly int EndOfElement(int at, out int open, out int close)
    {
        open = -1;
        close = -1;
        while (at < _body.Length)
        {
            byte octet = _body[at];
            bool isInAngle = open >= 0 && close < 0;
            switch (octet)
            {
                case (byte)'(':
                    at = SkipComment(_body, at);
                    continue;
                case (byte)'"':
                    at = SkipQuoted(_body, at);
                    continue;
                case (byte)'[':
                    at = SkipLiteral(_body, at);
                    continue;
                case (byte)'<' when open < 0:
                    open = at;
                    break;
                case (byte)'>' when isInAngle:
                    close = at;
                    break;
                case (byte)',' or (byte)';' or (byte)':' when !isInAngle:
                    if (octet == (byte)':')
                    {
                        open = at; // a group's name is no address
                        close = at + 1;
                    }

                    return at;
                default:
                    break;
            }

            at++;
        }

        return _body.Length;
    }

    /// <summary>Behind <c>@a,@b:</c> (RFC 5322 §4.4).</summary>
    private readonly int SkipRoute(int start, int end)
    {
        ReadOnlySpan<byte> inner = _body[start..end];
        if (inner.TrimStart(" \t\r\n"u8).StartsWith("@"u8) && inner.IndexOf((byte)':') is var colon and > 0)
        {
            return start + colon + 1;
        }

        return start;
    }

    /// <summary>Without white space and comments at both ends.</summary>
    private readonly Range Trim(int start, int end)
    {
        int first = -1;
        int last = start;
        int at = start;
        while (at < end)
        {
            byte octet = _body[at];
            if (octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                at++;
                continue;
            }

            if (octet == (byte)'(')
            {
                at = Math.Min(end, SkipComment(_body, at));
                continue;
            }

            first = first < 0 ? at : first;
            at = octet switch
            {
                (byte)'"' => SkipQuoted(_body, at),
                (byte)'[' => SkipLiteral(_body, at),
                _ => at + 1,
            };
            at = Math.Min(end, at);
            last = at;
        }

        return first < 0 ? start..start : first..last;
    }

    /// <summary>Copies an address without comments and white space.</summary>
    /// <returns>
    /// Octets copied; 0 if it is no address: too long, or words one beside the other.
    /// </returns>
    public static int Compact(ReadOnlySpan<byte> address, Span<byte> destination)
    {
        int length = 0;
        int at = 0;
        bool isGap = false;
        while (at < address.Length)
        {
            byte octet = address[at];
            int next = at + 1;
            switch (octet)
            {
                case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                    isGap = true;
                    at = next;
                    continue;
                case (byte)'(':
                    isGap = true;
                    at = SkipComment(address, at);
                    continue;
                case (byte)'"':
                    next = SkipQuoted(address, at);
                    break;
                case (byte)'[':
                    next = SkipLiteral(address, at);
                    break;
                default:
                    break;
            }

            bool joins = octet is (byte)'.' or (byte)'@'
                || length == 0 || destination[length - 1] is (byte)'.' or (byte)'@';
            if ((isGap && !joins) || next - at > destination.Length - length)
            {
                return 0;
            }

            address[at..next].CopyTo(destination[length..]);
            length += next - at;
            at = next;
            isGap = false;
        }

        return length;
    }

    private static int SkipComment(ReadOnlySpan<byte> text, int at)
    {
        int depth = 0;
        for (; at < text.Length; at++)
        {
            switch (text[at])
            {
                case (byte)'\\':
                    at++;
                    break;
                case (byte)'(':
                    depth++;
                    break;
                case (byte)')' when --depth == 0:
                    return at + 1;
                default:
                    break;
            }
        }

        return text.Length;
    }

    private static int SkipQuoted(ReadOnlySpan<byte> text, int at)
    {
        for (at++; at < text.Length; at++)
        {
            if (text[at] == (byte)'\\')
            {
                at++;
            }
            else if (text[at] == (byte)'"')
            {
                return at + 1;
            }
        }

        return text.Length;
    }

    private static int SkipLiteral(ReadOnlySpan<byte> text, int at)
    {
        int close = text[at..].IndexOf((byte)']');
        return close < 0 ? text.Length : at + close + 1;
    }
}
