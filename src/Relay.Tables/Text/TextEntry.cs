namespace Relay.Tables.Text;

/// <summary>
/// Where an entry's key and value stand in the text, what the table's view keeps with it, and its key's hash. Stands in
/// the index itself, so that a look-up touches one line of it and one of the text.
/// </summary>
/// <param name="Hash">0 in the index is a free place.</param>
internal readonly record struct TextEntry(
    uint Hash, int Key, int KeyLength, int Value, int ValueLength, int Line, int Payload)
{
    /// <summary>Size in an array.</summary>
    public const int Octets = 28;
}
