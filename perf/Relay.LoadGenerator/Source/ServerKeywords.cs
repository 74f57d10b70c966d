namespace Relay.LoadGenerator.Source;

/// <summary>What the server's EHLO reply offered, as far as the source uses it.</summary>
[Flags]
internal enum ServerKeywords : byte
{
    None = 0,
    Pipelining = 1,
    EightBitMime = 2,
    Chunking = 4,
}
