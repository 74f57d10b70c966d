namespace Relay.Host.Import;

/// <summary>
/// A macro of a <c>sendmail.mc</c> that takes arguments or stands alone, the class of a <c>sendmail.cf</c> that it
/// fills, and its fate here.
/// </summary>
internal sealed record SendmailMacro(string Name, string Class, Fate Fate);
