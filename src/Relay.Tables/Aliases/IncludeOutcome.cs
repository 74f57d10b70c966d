namespace Relay.Tables.Aliases;

/// <summary>Whether an included file could be read.</summary>
public enum IncludeOutcome : byte
{
    Read,

    /// <summary>There is no such file, it is not a regular one, or it may not be read: refuse.</summary>
    Refused,

    /// <summary>The system cannot read it now: defer.</summary>
    Deferred,
}
