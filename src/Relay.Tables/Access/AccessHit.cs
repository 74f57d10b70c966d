namespace Relay.Tables.Access;

/// <summary>The access entry that decided a look-up.</summary>
/// <param name="Value">What it says.</param>
/// <param name="Entry">Its key, file and line.</param>
public readonly record struct AccessHit(AccessValue Value, TableEntry Entry);
