namespace Relay.Server.Tests.Fixtures;

/// <summary>How the octets of a group arrive.</summary>
public enum Delivery
{
    /// <summary>In one piece.</summary>
    Whole,

    /// <summary>One by one.</summary>
    OctetByOctet,

    /// <summary>Cut between every CR and its LF.</summary>
    CutInLineEnds,

    /// <summary>In pieces of seven.</summary>
    BySevens,
}
