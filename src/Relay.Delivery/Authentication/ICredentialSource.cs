using System.Net;

namespace Relay.Delivery.Authentication;

/// <summary>Knows how this relay authenticates to servers. Thread-safe, never waits.</summary>
public interface ICredentialSource
{
    /// <summary>The credentials for a server; null for one that is talked to without.</summary>
    /// <param name="server">The name connected to, without a dot at its end; empty for a Unix-domain socket.</param>
    /// <param name="address">Its address; null for a Unix-domain socket.</param>
    /// <param name="isExchange">
    /// The recipient's domain (by its MX) or his address literal named the server: what is for any server that an
    /// administrator names is not for it.
    /// </param>
    ServerCredentials? Find(string server, IPAddress? address, bool isExchange);
}
