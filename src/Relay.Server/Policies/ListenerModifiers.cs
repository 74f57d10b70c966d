namespace Relay.Server.Policies;

/// <summary>What is different on a listener. Sendmail: the letters of <c>DaemonPortOptions</c>' <c>M=</c>.</summary>
[Flags]
public enum ListenerModifiers : ushort
{
    None = 0,

    /// <summary><c>a</c>: MAIL, VRFY, EXPN and ETRN only after AUTH.</summary>
    RequireAuthentication = 1,

    /// <summary><c>c</c>: addresses are canonified. Not followed: the relay canonifies none by DNS.</summary>
    Canonify = 2,

    /// <summary><c>C</c>: addresses are not canonified.</summary>
    NoCanonify = 4,

    /// <summary><c>f</c>: senders' domains must have a dot. For the policies.</summary>
    RequireQualifiedHosts = 8,

    /// <summary><c>r</c>: recipients must have a domain.</summary>
    RequireQualifiedRecipients = 16,

    /// <summary><c>u</c>: senders need no domain. For the policies.</summary>
    AllowUnqualified = 32,

    /// <summary><c>A</c>: AUTH is not offered.</summary>
    NoAuthentication = 64,

    /// <summary><c>E</c>: ETRN is not offered.</summary>
    NoEtrn = 128,

    /// <summary><c>S</c>: STARTTLS is not offered.</summary>
    NoStartTls = 256,

    /// <summary><c>O</c>: a start goes on without this listener if its address cannot be bound.</summary>
    Optional = 512,

    /// <summary><c>s</c>: TLS from the first octet on, without STARTTLS (RFC 8314 §3: smtps, submissions).</summary>
    ImplicitTls = 1024,

    /// <summary><c>b</c>: mail goes on from the address that it came in on.</summary>
    SendFromArrivalAddress = 2048,

    /// <summary><c>h</c>: mail goes on with the name of the address that it came in on in EHLO.</summary>
    ArrivalNameInHello = 4096,
}
