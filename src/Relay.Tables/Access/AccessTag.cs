namespace Relay.Tables.Access;

/// <summary>The tags of access keys (Sendmail: cf/README, "Anti-spam configuration control").</summary>
public enum AccessTag : byte
{
    /// <summary>A key without a tag.</summary>
    None = 0,

    Connect,
    From,
    To,
    Spam,
    Compat,
    GreetPause,
    ClientRate,
    ClientConn,
    AuthInfo,
    TlsSrv,
    TlsClt,
    TlsRcpt,
    TryTls,
    SrvFeatures,
    CltFeatures,
    CertIssuer,
    CertSubject,
    QueueGroup,
    Sts,
}
