using System.Text;

namespace Relay.Server.Sessions;

/// <summary>
/// Doubts about a message's origin (Sendmail: authwarnings): its client did not say HELO, or a local user who is not
/// trusted named another sender. Only for those; allocates.
/// </summary>
internal static class AuthenticationWarning
{
    /// <summary>The header field with its CRLF; empty if there is no doubt.</summary>
    public static byte[] Field(SessionDialog dialog) =>
        Text(dialog) is { } text ? Encoding.UTF8.GetBytes($"X-Authentication-Warning: {text}\r\n") : [];

    public static void Log(SessionDialog dialog)
    {
        if (Text(dialog) is { } text)
        {
            dialog.LogSession(Encoding.UTF8.GetBytes($"Authentication-Warning: {text}"));
        }
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

    private static string? Text(SessionDialog dialog)
    {
        string? doubt = dialog switch
        {
            { Client.LocalUser: { } user, Transaction.ForeignSender: { } sender } =>
                $"{user.Name} set sender to <{Encoding.UTF8.GetString(sender)}> using -f",
            { Client.LocalUser: null, IsGreeted: false } =>
                $"{Encoding.ASCII.GetString(dialog.ClientText)} didn't use HELO protocol",
            _ => null,
        };
        return doubt is null ? null : $"{Encoding.ASCII.GetString(dialog.Settings.HostName)}: {doubt}";
    }
}
