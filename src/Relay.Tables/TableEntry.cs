namespace Relay.Tables;

/// <summary>A key, its value and where they are written.</summary>
/// <param name="Key">The key as it is compared: letters folded, address prefixes in their one form.</param>
/// <param name="Value">The value's octets as they stand in the file, without surrounding white space.</param>
/// <param name="File">The file's path, or what stands for it (<c>configuration</c>).</param>
/// <param name="Line">Line of the key, from 1; 0 if the entry does not come from a text file.</param>
public readonly record struct TableEntry(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value, string File, int Line);
