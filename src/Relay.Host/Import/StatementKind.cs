namespace Relay.Host.Import;

/// <summary>What a statement of a <c>sendmail.mc</c> or <c>sendmail.cf</c> is.</summary>
internal enum StatementKind
{
    /// <summary><c>define(`NAME', `value')</c>, or <c>undefine</c> without a value.</summary>
    Define,

    /// <summary><c>FEATURE(`name', …)</c>, or what tells of one in a <c>sendmail.cf</c>.</summary>
    Feature,

    /// <summary>Any other macro call: <c>MASQUERADE_AS(…)</c>, <c>MAILER(…)</c>, <c>divert(…)</c>.</summary>
    Call,

    /// <summary><c>O Name=value</c>.</summary>
    Option,

    /// <summary><c>DXvalue</c>.</summary>
    Macro,

    /// <summary><c>CXwords</c>.</summary>
    Class,

    /// <summary><c>FXfile</c>.</summary>
    ClassFile,

    /// <summary><c>Kname type file</c>.</summary>
    Map,

    /// <summary>A ruleset: <c>S</c> and the <c>R</c> lines behind it.</summary>
    Ruleset,

    /// <summary><c>H</c>: a header field to be added.</summary>
    Header,

    /// <summary><c>M</c>: a mailer.</summary>
    Mailer,

    /// <summary>A line that says nothing of interest: version, precedence, trusted users.</summary>
    Housekeeping,

    /// <summary>A line that is nothing of the above.</summary>
    Unknown,
}
