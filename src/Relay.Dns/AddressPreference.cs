namespace Relay.Dns;

/// <summary>The address families of next hops. All that are looked up are tried, the preferred ones first.</summary>
public enum AddressPreference
{
    /// <summary>IPv6, then IPv4: Sendmail's order.</summary>
    Ipv6First = 0,

    /// <summary>IPv4, then IPv6.</summary>
    Ipv4First = 1,

    /// <summary>IPv6 addresses are not even looked up.</summary>
    Ipv4Only = 2,

    /// <summary>IPv4 addresses are not even looked up.</summary>
    Ipv6Only = 3,
}
