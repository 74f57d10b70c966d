namespace Relay.Throttling;

/// <summary>How tables are divided, so that keys of different shards do not wait for one another.</summary>
internal static class Shards
{
    /// <summary>A power of two.</summary>
    public const int Count = 16;

    /// <summary>Spreads poor hash codes over all bits first.</summary>
    public static int Of(int hashCode) => (int)(((uint)hashCode * 0x9E3779B1u) >> 28);
}
