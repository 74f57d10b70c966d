namespace Relay.Tables.Text;

/// <summary>One line of key and value: where they stand in the text.</summary>
internal readonly record struct PairLine(int Number, int KeyAt, int KeyLength, int ValueAt, int ValueLength);
