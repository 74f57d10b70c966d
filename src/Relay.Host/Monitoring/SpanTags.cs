using System.Diagnostics;
using System.Globalization;
using System.Text;
using Relay.Delivery;
using Relay.Logging;

namespace Relay.Host.Monitoring;

/// <summary>
/// The attributes of spans (docs/metrics.md lists them): OpenTelemetry's semantic conventions where they have a name,
/// <c>relay.…</c> where they have none. Mailboxes are not among them.
/// </summary>
internal static class SpanTags
{
    /// <summary>What the conventions say where an error has no kind that they know.</summary>
    private const string OtherError = "_OTHER";

    public static void Describe(Activity span, scoped in MailEvent reception)
    {
        (string name, string address) = Split(reception.Peer);
        span.SetTag("relay.queue.id", Encoding.ASCII.GetString(reception.QueueId));
        span.SetTag("client.address", address.Length > 0 ? address : name);
        Set(span, "relay.client.name", name);
        Set(span, "relay.client.helo", reception.Helo);
        span.SetTag("network.protocol.name", "smtp");
        Set(span, "relay.protocol", reception.Protocol);
        Set(span, "relay.listener", reception.Via);
        span.SetTag("relay.recipients", reception.RecipientCount);
        if (reception.Size > 0)
        {
            span.SetTag("relay.message.size", reception.Size);
        }

        if (!reception.Original.IsEmpty)
        {
            span.SetTag("relay.original", Encoding.ASCII.GetString(reception.Original));
        }

        span.SetTag("relay.outcome", reception.Kind switch
        {
            MailEventKind.Accepted => "accepted",
            MailEventKind.Discarded => "discarded",
            _ => "refused",
        });
        if (reception.Kind == MailEventKind.Rejected)
        {
            string reply = Encoding.UTF8.GetString(reception.Reply);
            span.SetTag("error.type", reply.Length >= 3 ? reply[..3] : OtherError);
            span.SetTag("relay.reply", reply);
            span.SetStatus(ActivityStatusCode.Error, reply);
        }
    }

    public static void Describe(Activity span, scoped in AttemptSummary attempt)
    {
        span.SetTag("relay.queue.id", attempt.Id.ToString());
        Set(span, "relay.destination", attempt.Destination);
        Set(span, "relay.mailer", attempt.Mailer);
        span.SetTag("network.protocol.name", attempt.Mailer.SequenceEqual("lmtp"u8) ? "lmtp" : "smtp");
        span.SetTag("relay.attempt", attempt.Earlier + 1);
        span.SetTag("relay.age", attempt.Age.TotalSeconds);
        (string name, string address) = Split(attempt.Peer);
        Set(span, "server.address", name.Length > 0 ? name : address);
        Set(span, "network.peer.address", address);
        if (attempt.Tls is { } tls)
        {
            span.SetTag("tls.protocol.name", "tls");
            span.SetTag("tls.protocol.version", tls.Version.Replace("TLSv", string.Empty, StringComparison.Ordinal));
            span.SetTag("tls.cipher", tls.Cipher);
            span.SetTag("relay.tls.verified", tls.IsVerified);
        }

        span.SetTag("relay.recipients.delivered", attempt.Delivered);
        span.SetTag("relay.recipients.deferred", attempt.Deferred);
        span.SetTag("relay.recipients.failed", attempt.Failed);
        bool fails = attempt.Deferred + attempt.Failed > 0;
        span.SetTag("relay.outcome", attempt.Failed > 0 ? "failed" : attempt.Deferred > 0 ? "deferred" : "delivered");
        string reply = Encoding.UTF8.GetString(attempt.Reply);
        Set(span, "relay.reply", reply);
        if (fails)
        {
            span.SetTag(
                "error.type", attempt.Code > 0 ? attempt.Code.ToString(CultureInfo.InvariantCulture) : OtherError);
            span.SetStatus(ActivityStatusCode.Error, reply);
        }
    }

    /// <summary><c>name [1.2.3.4]</c>, whatever stands behind it; either may be missing.</summary>
    internal static (string Name, string Address) Split(ReadOnlySpan<byte> peer)
    {
        string text = Encoding.UTF8.GetString(peer);
        int open = text.IndexOf('[', StringComparison.Ordinal);
        int close = open < 0 ? -1 : text.IndexOf(']', open);
        return close < 0
            ? (text.Trim(), string.Empty)
            : (text[..open].Trim(), text[(open + 1)..close].Replace("IPv6:", string.Empty, StringComparison.Ordinal));
    }

    private static void Set(Activity span, string name, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            span.SetTag(name, Encoding.UTF8.GetString(value));
        }
    }

    private static void Set(Activity span, string name, string value)
    {
        if (value.Length > 0)
        {
            span.SetTag(name, value);
        }
    }
}
