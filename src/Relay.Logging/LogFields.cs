namespace Relay.Logging;

/// <summary>
/// Every field of a JSON event, in the order in which they are written; docs/logs.md is made of this.
/// </summary>
internal static class LogFields
{
    public static IReadOnlyList<LogField> All { get; } =
    [
        new("time", "string", "When it happened: UTC, milliseconds, RFC 3339."),
        new("event", "string", "What happened: one of the names below."),
        new("id", "string", "The message's queue id."),
        new("original", "string", "Of an accepted notification: the queue id of the message that it reports on."),
        new("stage", "string", "Of a rejection: `connect`, `mail`, `rcpt` or `content`."),
        new("to", "string", "A recipient's mailbox, without brackets."),
        new("from", "string", "The reverse-path, without brackets; empty is the null one."),
        new("nrcpts", "number", "Recipients."),
        new("size", "number", "Octets, as SIZE counts them (RFC 1870)."),
        new("msgid", "string", "The Message-ID field, without brackets."),
        new("relay", "string", "Outbound: the host that answered, `name [address]`."),
        new("client", "string", "Inbound: the client, `name [address]`."),
        new("helo", "string", "The name that the client gave."),
        new("proto", "string", "How it came in: `SMTP`, `ESMTP`, `ESMTPS`, … (RFC 3848)."),
        new("body", "string", "BODY of MAIL, e.g. `8BITMIME`."),
        new("mailer", "string", "How it goes out: `esmtp` by MX, `relay` by a named route, `lmtp`."),
        new("route", "string", "Outbound: the destination's name, as `relay queue summary` prints it."),
        new("listener", "string", "Inbound: the listener's name."),
        new("delay", "number", "Seconds since the message was received."),
        new("xdelay", "number", "Seconds that this attempt took."),
        new("code", "number", "The reply's code."),
        new("dsn", "string", "The reply's enhanced status code (RFC 3463)."),
        new("text", "string", "Of a session or the program: what there is to say."),
        new("reply", "string", "Inbound: our reply. Outbound: the remote host's, or our reason."),
    ];
}
