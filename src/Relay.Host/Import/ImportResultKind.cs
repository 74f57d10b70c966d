namespace Relay.Host.Import;

/// <summary>What became of one statement of the source.</summary>
internal enum ImportResultKind
{
    /// <summary>It set one of our options.</summary>
    Taken,

    /// <summary>Nothing to set: the relay does so anyway, or it says nothing about mail.</summary>
    BuiltIn,

    /// <summary>Could not be carried over.</summary>
    Refused,
}
