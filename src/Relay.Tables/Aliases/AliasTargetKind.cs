namespace Relay.Tables.Aliases;

/// <summary>What one element of an alias's right-hand side is.</summary>
public enum AliasTargetKind : byte
{
    /// <summary>A local name or <c>user@domain</c>, to be looked up again.</summary>
    Address,

    /// <summary><c>\user</c>: the user without further aliasing.</summary>
    Literal,

    /// <summary><c>:include:/path</c>: a file of addresses.</summary>
    Include,

    /// <summary><c>error:…</c>: refuse.</summary>
    Error,

    /// <summary><c>/dev/null</c>: drop.</summary>
    Discard,

    /// <summary><c>|command</c>: refused, the relay runs no programs.</summary>
    Program,

    /// <summary><c>/file</c>: refused, the relay writes no mailboxes.</summary>
    File,
}
