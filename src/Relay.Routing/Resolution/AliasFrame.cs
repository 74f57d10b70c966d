namespace Relay.Routing.Resolution;

/// <summary>Where an expansion stands: the alias that is being expanded and those around it.</summary>
internal sealed record AliasFrame(string? Name, AliasFrame? Outer, int Depth, byte[]? Owner)
{
    public static AliasFrame None { get; } = new(null, null, 0, null);

    /// <summary>The member is written <c>\name</c>: it is no alias.</summary>
    public bool IsLiteral { get; init; }

    public AliasFrame Enter(string name, byte[]? owner) => new(name, this, Depth + 1, owner);

    public bool Contains(string name)
    {
        for (AliasFrame? frame = this; frame is not null; frame = frame.Outer)
        {
            if (string.Equals(frame.Name, name, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
