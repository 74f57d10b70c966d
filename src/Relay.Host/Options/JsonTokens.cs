namespace Relay.Host.Options;

/// <summary>Kinds of JSON values that an option may be given as.</summary>
[Flags]
internal enum JsonTokens
{
    None = 0,
    String = 1,
    Number = 2,
    Boolean = 4,

    /// <summary>A list of strings; its elements reach the parser as lines.</summary>
    List = 8,
}
