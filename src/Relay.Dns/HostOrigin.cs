namespace Relay.Dns;

/// <summary>Where a host name comes from, which decides what may answer for it.</summary>
public enum HostOrigin
{
    /// <summary>
    /// From outside: a recipient's domain or the target of an MX record. The name is absolute and the DNS alone
    /// answers.
    /// </summary>
    Dns = 0,

    /// <summary>
    /// From the administrator: a host that a route names. An address literal is its own answer; then the hosts file;
    /// then the DNS, with the search list of resolv.conf.
    /// </summary>
    Configuration = 1,
}
