using System.Text;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Smtp.Replies;

namespace Relay.Delivery.Attempts;

/// <summary>The routes that need no next hop: hold, error, discard.</summary>
internal static class LocalRoutes
{
    public static void Apply(MessageAttempt attempt, Route route)
    {
        switch (route.Kind)
        {
            case RouteKind.Hold:
                attempt.FinishRest(
                    RecipientStatus.Deferred, 0, new EnhancedStatusCode(4, 3, 0), Encoding.UTF8.GetBytes(route.Text));
                break;

            case RouteKind.Discard:
                attempt.FinishRest(RecipientStatus.Deleted, 0, new EnhancedStatusCode(2, 0, 0), "discarded"u8);
                break;

            default:
                ApplyError(attempt, Encoding.UTF8.GetBytes(route.Text));
                break;
        }
    }

    /// <summary>
    /// <c>550 5.1.1 User unknown</c>; a text without a code is a 553 5.3.0 (Sendmail's error mailer).
    /// </summary>
    private static void ApplyError(MessageAttempt attempt, ReadOnlySpan<byte> text)
    {
        int code = 553;
        if (text.Length >= 4 && text[0] is (byte)'4' or (byte)'5' && IsDigit(text[1]) && IsDigit(text[2])
            && text[3] == (byte)' ')
        {
            code = ((text[0] - '0') * 100) + ((text[1] - '0') * 10) + text[2] - '0';
            text = text[4..];
        }

        bool permanent = code >= 500;
        var enhancedCode = new EnhancedStatusCode(permanent ? (byte)5 : (byte)4, 3, 0);
        int end = text.IndexOf((byte)' ');
        string[] parts = Encoding.UTF8.GetString(end < 0 ? default : text[..end]).Split('.');
        if (parts.Length == 3 && parts[0].Length == 1 && parts[0][0] == (permanent ? '5' : '4')
            && ushort.TryParse(parts[1], out ushort subject) && ushort.TryParse(parts[2], out ushort detail))
        {
            enhancedCode = new EnhancedStatusCode(enhancedCode.Class, subject, detail);
            text = text[(end + 1)..];
        }

        attempt.FinishRest(
            permanent ? RecipientStatus.Bounced : RecipientStatus.Deferred, code, enhancedCode, text);
    }

    private static bool IsDigit(byte octet) => octet is >= (byte)'0' and <= (byte)'9';
}
