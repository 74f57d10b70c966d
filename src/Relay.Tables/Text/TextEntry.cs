namespace Relay.Tables.Text;

/// <summary>Where an entry's key and value stand in the text, and what the table's view keeps with it.</summary>
internal readonly record struct TextEntry(
    int Key, int KeyLength, int Value, int ValueLength, int Line, int Payload)
{
    /// <summary>Size in an array.</summary>
    public const int Octets = 24;
}
