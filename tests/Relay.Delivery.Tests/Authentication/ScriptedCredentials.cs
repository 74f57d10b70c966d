using System.Net;
using System.Text;
using Relay.Delivery.Authentication;
using Relay.Sasl;
using Relay.Sasl.Client;

namespace Relay.Delivery.Tests.Authentication;

/// <summary>The same credentials for every server, and who was asked for.</summary>
internal sealed class ScriptedCredentials(ServerCredentials? credentials) : ICredentialSource
{
    public List<string> Asked { get; } = [];

    public ServerCredentials? Current { get; set; } = credentials;

    public static ScriptedCredentials Of(string password, SaslMechanisms allowed = SaslMechanisms.All) =>
        new(Password(password, allowed));

    public static ServerCredentials Password(string password, SaslMechanisms allowed = SaslMechanisms.All) =>
        new(new SaslSecret("tim", Encoding.UTF8.GetBytes(password)), allowed);

    public ServerCredentials? Find(string server, IPAddress? address, bool isExchange)
    {
        Asked.Add($"{server} {address} {(isExchange ? "exchange" : "named")}");
        return Current;
    }
}
