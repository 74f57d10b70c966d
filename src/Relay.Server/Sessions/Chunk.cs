using Relay.Server.Transactions;

namespace Relay.Server.Sessions;

/// <summary>The chunk of a BDAT command that is being received.</summary>
/// <param name="size">Octets in all.</param>
/// <param name="refusal">Why it is read only to be dropped; None if it is taken.</param>
internal struct Chunk(long size, bool isLast, ContentRefusal refusal)
{
    public long Size { get; } = size;

    public bool IsLast { get; } = isLast;

    public ContentRefusal Refusal { get; set; } = refusal;

    /// <summary>Octets still to come.</summary>
    public long Remaining { get; set; } = size;
}
