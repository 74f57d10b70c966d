namespace Relay.Tables.Aliases;

/// <summary>One element of an alias's right-hand side or of an included file.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The address, user, path or command, without its marks; the refusal's text for errors.</param>
public readonly record struct AliasTarget(AliasTargetKind Kind, ReadOnlyMemory<byte> Text);
