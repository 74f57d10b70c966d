namespace Relay.Server.Listening;

/// <summary>What the beginning of a connection is.</summary>
internal enum ProxyHeaderStatus : byte
{
    NeedMoreData = 0,

    Complete = 1,

    /// <summary>It is no header, and nothing that comes can make it one.</summary>
    Malformed = 2,

    /// <summary>It is a header that was changed on its way.</summary>
    ChecksumWrong = 3,
}
