namespace Relay.Tables;

/// <summary>A key's value and where it is written.</summary>
/// <param name="Value">The value's octets as they stand in the file, without surrounding white space.</param>
/// <param name="Line">Line of the key, from 1; 0 if the table is not a text file.</param>
public readonly record struct TableEntry(ReadOnlyMemory<byte> Value, int Line);
