namespace Relay.Server.Greetings;

/// <summary>What a macro of the greeting stands for; the name of Sendmail's macro in parentheses.</summary>
internal enum Macro : byte
{
    /// <summary>One that has no value before the first command, or that is unknown.</summary>
    Empty = 0,

    /// <summary>This host's name (<c>j</c>).</summary>
    HostName,

    /// <summary>Its first label (<c>w</c>).</summary>
    ShortName,

    /// <summary>What is behind its first label (<c>m</c>).</summary>
    DomainPart,

    /// <summary>The system's name (<c>k</c>).</summary>
    NodeName,

    /// <summary>The program's version (<c>v</c>, <c>Z</c>).</summary>
    Version,

    /// <summary>The present date-time of RFC 822 (<c>b</c>).</summary>
    Date,

    /// <summary>MAILER-DAEMON (<c>n</c>).</summary>
    MailerDaemon,

    /// <summary>The client as name and address (<c>_</c>).</summary>
    Peer,

    /// <summary>Its address (<c>client_addr</c>).</summary>
    ClientAddress,

    /// <summary>Its confirmed name, or its address in brackets (<c>client_name</c>).</summary>
    ClientName,

    /// <summary>Its PTR record's name (<c>client_ptr</c>).</summary>
    ClientPtr,

    /// <summary>OK, FAIL, FORGED or TEMP (<c>client_resolve</c>).</summary>
    ClientResolve,

    /// <summary>Our address (<c>if_addr</c>; <c>if_name</c> too, which costs no DNS question so).</summary>
    InterfaceAddress,

    /// <summary>The listener's name (<c>daemon_name</c>).</summary>
    DaemonName,
}
