namespace Relay.Server.Listening;

/// <summary>What became of a connection at the door.</summary>
internal enum AdmissionResult : byte
{
    Admitted = 0,

    /// <summary>Too many connections in all or on its listener: 421 4.3.2.</summary>
    TooMany = 1,

    /// <summary>Too many connections from its address: 421 4.7.0.</summary>
    TooManyFromAddress = 2,

    /// <summary>The machine is too busy: 421 4.3.2.</summary>
    Overloaded = 3,
}
