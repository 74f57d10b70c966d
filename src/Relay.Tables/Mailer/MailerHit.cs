namespace Relay.Tables.Mailer;

/// <summary>The mailertable entry that decided.</summary>
/// <param name="Target">Where to, <c>%1</c> replaced.</param>
/// <param name="Entry">Its key, file and line.</param>
public readonly record struct MailerHit(MailerTarget Target, TableEntry Entry);
