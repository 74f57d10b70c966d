namespace Relay.Host.Tables;

/// <summary>One entry of a table as it stands in the file.</summary>
/// <param name="Number">The line's number, from 1.</param>
/// <param name="Key">Up to the first space or tab, folded to lower case.</param>
/// <param name="Value">The rest, trimmed; empty if there is none.</param>
internal readonly record struct TableLine(int Number, string Key, string Value);
