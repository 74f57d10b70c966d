using System.Text;

namespace Relay.Server.Sessions;

/// <summary>
/// The one doubt that a network-only relay can have about a message's origin (Sendmail: authwarnings): its client did
/// not say HELO. Only where MAIL without HELO is accepted; allocates.
/// </summary>
internal static class AuthenticationWarning
{
    /// <summary>The header field with its CRLF.</summary>
    public static byte[] Field(SessionDialog dialog) =>
        Encoding.ASCII.GetBytes($"X-Authentication-Warning: {Text(dialog)}\r\n");

    public static void Log(SessionDialog dialog) =>
        dialog.LogSession(Encoding.ASCII.GetBytes($"Authentication-Warning: {Text(dialog)}"));

    private static string Text(SessionDialog dialog) =>
        $"{Encoding.ASCII.GetString(dialog.Settings.HostName)}: " +
        $"{Encoding.ASCII.GetString(dialog.ClientText)} didn't use HELO protocol";
}
