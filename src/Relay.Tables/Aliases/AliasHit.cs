namespace Relay.Tables.Aliases;

/// <summary>The alias that was found.</summary>
/// <param name="Targets">What it stands for, in the order of the file.</param>
/// <param name="Entry">Its key, file and line; the value is the right-hand side as it stands, with line ends.</param>
public readonly record struct AliasHit(ReadOnlyMemory<AliasTarget> Targets, TableEntry Entry)
{
    /// <summary>
    /// True if the alias is one address: as an <c>owner-</c> alias it is then itself the reverse-path of the list's
    /// members, otherwise the name <c>owner-list</c> is.
    /// </summary>
    public bool IsSingleAddress => Targets.Length == 1 && Targets.Span[0].Kind == AliasTargetKind.Address;
}
