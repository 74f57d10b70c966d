using System.IO.Pipelines;
using System.Text;
using Relay.Tls;
using Relay.Tls.Connections;

namespace Relay.Server.Sessions;

/// <summary>The handshake of a session, its log line, and what becomes of the dialogue. Stateless.</summary>
internal static class SessionTls
{
    /// <summary>
    /// Makes the connection's pipes into those of a TLS session. Then the dialogue is as new: nothing that was said in
    /// clear counts (RFC 3207 §4.2), and the policy has seen the client's certificate.
    /// </summary>
    /// <returns>Null if there is no session to go on with: the reason is in the log.</returns>
    public static async ValueTask<TlsTransport?> TryStartAsync(SessionDialog dialog, IDuplexPipe transport)
    {
        SmtpServerContext server = dialog.Server;
        dialog.Timeouts.Enter(SessionPhase.Handshake, server.Heartbeat.Now, restarts: true);
        TlsTransport tls;
        try
        {
            tls = await dialog.Settings.Tls!.AuthenticateAsync(
                transport, server.Memory, dialog.AsksForCertificate, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // Whatever the peer and the engine could not agree on ends this session only.
            server.Counters.HandshakeFailed();
            string reason = TlsFailure.Text(exception).Replace(',', ';'); // analysers read it up to a comma
            Log(dialog, $"error: accept failed=-1, reason={reason}, SSL_error=1, errno=0, retry=-1, relay=");
            return null;
        }
        finally
        {
            dialog.Timeouts.Leave();
        }

        server.Counters.HandshakeDone();
        dialog.BeginTls(tls);
        Log(dialog, "relay=", ", " + tls.Info.LogText);
        if (tls.Info.Certificate is { } certificate)
        {
            string verified = tls.Info.Problem.Length > 0 ? tls.Info.Problem : "ok";
            Log(
                dialog,
                $"cert-subject={certificate.Subject}, cert-issuer={certificate.Issuer}, verifymsg={verified}, relay=");
        }

        AskPolicy(dialog);
        return tls;
    }

    /// <summary>Asks the policy about the client under TLS.</summary>
    public static void AskPolicy(SessionDialog dialog)
    {
        if (dialog.Server.ConnectionPolicy.OnTls(dialog.Client) is { } refusal && dialog.Rejection is null)
        {
            dialog.LogRejected(refusal, default, default);
            dialog.Rejection = refusal;
        }
    }

    /// <summary>A listener for TLS without a certificate: nobody can be told.</summary>
    public static void LogUnavailable(SessionDialog dialog) =>
        Log(dialog, "error: there is no certificate, relay=");

    /// <summary>Sendmail's lines, the client between the two texts.</summary>
    private static void Log(SessionDialog dialog, string text, string rest = "") =>
        dialog.LogSession(Encoding.UTF8.GetBytes(
            $"STARTTLS=server, {text}{Encoding.UTF8.GetString(dialog.ClientText)}{rest}"));
}
