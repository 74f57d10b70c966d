namespace Relay.Tables.Mailer;

/// <summary>
/// Where mail is sent, as mailertable, SMART_HOST, LOCAL_RELAY, MAIL_HUB and LUSER_RELAY write it:
/// <c>mailer:host</c> or <c>host</c>. Immutable; equal ones of a table are one object.
/// </summary>
/// <param name="Kind">The mailer.</param>
/// <param name="Hosts">The hosts in the order of the text; empty for local, error and discard.</param>
public sealed record MailerTarget(MailerKind Kind, IReadOnlyList<MailerHost> Hosts)
{
    /// <summary>
    /// <c>mailer:user@host</c> and <c>local:user</c>: the address that takes the recipient's place; null otherwise.
    /// </summary>
    public string? User { get; init; }

    /// <summary>The refusal of <see cref="MailerKind.Error"/>.</summary>
    public TableReply Reply { get; init; }

    /// <summary>The target as the table writes it, in its one form: equal targets have equal names.</summary>
    public required string Name { get; init; }

    public override string ToString() => Name;
}
