namespace Relay.Host.Import;

/// <summary>What became of one statement.</summary>
/// <param name="Text">Why it was not carried over, or what makes it unnecessary; empty for one that set a key.</param>
internal sealed record ImportedLine(Statement Statement, ImportResultKind Kind, string Text);
