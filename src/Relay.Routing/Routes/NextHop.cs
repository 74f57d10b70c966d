namespace Relay.Routing.Routes;

/// <summary>One host of a route.</summary>
/// <param name="Host">A host name, an IP address without brackets, or <c>unix:/path</c> for LMTP.</param>
/// <param name="Port">TCP port.</param>
/// <param name="UseMx">False for bracketed hosts: addresses only, no MX lookup.</param>
/// <param name="Preference">Lower first; equal ones are shuffled.</param>
public sealed record NextHop(string Host, int Port, bool UseMx, int Preference)
{
    /// <summary>
    /// True for a host that MX records named: the DNS alone knows it. False for one that the administrator named, which
    /// may be in the hosts file or below the search list.
    /// </summary>
    public bool IsExchange { get; init; }
}
