using System.Text;

namespace Relay.Server.Sessions;

/// <summary>
/// Doubts about a message's origin (Sendmail: authwarnings): its client did not say HELO, or a local user who is not
/// trusted named another sender, speaks SMTP himself (<c>-bs</c>) or has a configuration of his own (<c>-C</c>). Only
/// for those; allocates.
/// </summary>
internal static class AuthenticationWarning
{
    private const int FileNameMax = 512;

    /// <summary>A header field with its CRLF for each doubt; empty if there is none.</summary>
    public static byte[] Field(SessionDialog dialog) => Encoding.UTF8.GetBytes(
        string.Concat(Texts(dialog).Select(static text => $"X-Authentication-Warning: {text}\r\n")));

    public static void Log(SessionDialog dialog)
    {
        foreach (string text in Texts(dialog))
        {
            dialog.LogSession(Encoding.UTF8.GetBytes($"Authentication-Warning: {text}"));
        }
    }

    /// <summary>What our own program says of itself behind NOOP, in Sendmail's words; null for anything else.</summary>
    public static string? OfProgram(string user, ReadOnlySpan<byte> arguments)
    {
        arguments = arguments.Trim((byte)' ');
        if (arguments.SequenceEqual("-bs"u8))
        {
            return $"{user} owned process doing -bs";
        }

        return arguments.StartsWith("-C "u8) && arguments.Length <= FileNameMax
            && !arguments.ContainsAnyExceptInRange((byte)' ', (byte)'~')
            ? $"Processed by {user} with {Encoding.ASCII.GetString(arguments)}"
            : null;
    }

    /// <summary>MAIL names the local user, with or without this host's name behind it.</summary>
    public static bool IsOwnAddress(string user, ReadOnlySpan<byte> hostName, ReadOnlySpan<byte> reversePath)
    {
        Span<byte> name = stackalloc byte[Encoding.UTF8.GetMaxByteCount(user.Length)];
        name = name[..Encoding.UTF8.GetBytes(user, name)];
        if (!reversePath.StartsWith(name))
        {
            return false;
        }

        ReadOnlySpan<byte> behind = reversePath[name.Length..];
        return behind.IsEmpty || (behind[0] == '@' && Ascii.EqualsIgnoreCase(behind[1..], hostName));
    }

    private static IEnumerable<string> Texts(SessionDialog dialog)
    {
        string?[] doubts =
        [
            dialog.LocalDoubt,
            dialog switch
            {
                { Client.LocalUser: { } user, Transaction.ForeignSender: { } sender } =>
                    $"{user.Name} set sender to <{Encoding.UTF8.GetString(sender)}> using -f",
                { Client.LocalUser: null, IsGreeted: false } =>
                    $"{Encoding.ASCII.GetString(dialog.ClientText)} didn't use HELO protocol",
                _ => null,
            },
        ];
        string host = Encoding.ASCII.GetString(dialog.Settings.HostName);
        return doubts.OfType<string>().Select(doubt => $"{host}: {doubt}");
    }
}
