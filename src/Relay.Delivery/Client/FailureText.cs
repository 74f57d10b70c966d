using System.Text;
using Relay.Smtp.Replies;

namespace Relay.Delivery.Client;

/// <summary>Our own findings about next hops, in words and enhanced codes (RFC 3463 §3.5).</summary>
internal static class FailureText
{
    /// <summary>
    /// A session that is over: the 421 that ended it, or how it broke. Behind the final dot the outcome is unknown
    /// and the text says so.
    /// </summary>
    public static DeliveryFailure Of(SmtpClientConnection connection)
    {
        if (connection.End == SessionEnd.ServiceClosing)
        {
            return new DeliveryFailure(
                false, 421, connection.ReplyEnhancedCode, connection.ReplyText.ToArray(), connection.Peer);
        }

        if (connection.End == SessionEnd.NextHost)
        {
            return OfReply(connection);
        }

        string what = connection.End switch
        {
            SessionEnd.TimedOut => "Timed out with ",
            SessionEnd.Malformed or SessionEnd.OutOfStep => "Protocol error by ",
            SessionEnd.Aborted => "Delivery stopped to ",
            _ => "Lost connection with ",
        };
        string peer = Encoding.UTF8.GetString(connection.Peer);
        string text = what + peer + " while " + While(connection.Phase);
        if (connection is { Phase: ClientPhase.Content, End: SessionEnd.OutOfStep })
        {
            text += $": {Describe(OfReply(connection))}"; // not an answer, but it may say what is the matter
        }
        else if (connection.Phase == ClientPhase.FinalDot)
        {
            text += "; the message may be sent more than once";
        }

        bool isProtocol = connection.End is SessionEnd.Malformed or SessionEnd.OutOfStep;
        EnhancedStatusCode code = isProtocol ? new EnhancedStatusCode(4, 5, 0) : new EnhancedStatusCode(4, 4, 2);
        return new DeliveryFailure(
            false, 0, code, Encoding.UTF8.GetBytes(text), connection.Peer);
    }

    /// <summary>The refusal that was read last.</summary>
    public static DeliveryFailure OfReply(SmtpClientConnection connection) => new(
        connection.IsPermanent,
        (ushort)connection.ReplyCode,
        connection.ReplyEnhancedCode,
        connection.ReplyText.ToArray(),
        connection.Peer);

    public static DeliveryFailure Local(bool permanent, int subject, int detail, string text, byte[] peer) => new(
        permanent,
        0,
        new EnhancedStatusCode(permanent ? (byte)5 : (byte)4, (ushort)subject, (ushort)detail),
        Encoding.UTF8.GetBytes(text),
        peer);

    /// <summary>The reply, or our own finding, in one line for people.</summary>
    public static string Describe(DeliveryFailure failure)
    {
        string text = Encoding.UTF8.GetString(failure.Text);
        return failure.Code == 0 ? text : $"{failure.Code} {failure.EnhancedCode} {text}".Replace("  ", " ");
    }

    private static string While(ClientPhase phase) => phase switch
    {
        ClientPhase.Greeting => "waiting for the greeting",
        ClientPhase.Hello => "performing the EHLO handshake",
        ClientPhase.Auth => "authenticating",
        ClientPhase.StartTls => "starting TLS",
        ClientPhase.Reset => "sending RSET",
        ClientPhase.Mail => "sending MAIL",
        ClientPhase.Rcpt => "sending RCPT",
        ClientPhase.Data => "sending DATA",
        ClientPhase.Content => "sending the content",
        ClientPhase.FinalDot => "waiting for the reply to the end of data",
        _ => "connecting",
    };
}
