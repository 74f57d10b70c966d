namespace Relay.Smtp.Commands;

/// <summary>BDAT (RFC 3030 §2).</summary>
public readonly ref struct BdatCommand
{
    /// <summary>Octets of the chunk; saturates at <see cref="long.MaxValue"/>.</summary>
    public long Size { get; init; }

    public bool IsLast { get; init; }
}
