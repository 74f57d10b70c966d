namespace Relay.Host.Import;

/// <summary>A <c>FEATURE</c> and its fate here.</summary>
/// <param name="NeedsRule">
/// In a <c>sendmail.cf</c> its mark alone says too little: what it was told stands in its rules.
/// </param>
/// <param name="TakesArguments">They change what it does, and a <c>sendmail.cf</c> does not tell them.</param>
internal sealed record SendmailFeature(
    string Name, Fate Fate, bool NeedsRule = false, bool TakesArguments = false);
