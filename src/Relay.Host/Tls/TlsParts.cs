using Relay.Host.Options;
using Relay.Host.Running;
using Relay.Tls;

namespace Relay.Host.Tls;

/// <summary>Both sides of TLS as the options have them.</summary>
/// <param name="Server">Null without a certificate: STARTTLS is not served.</param>
/// <param name="Client">With next hops.</param>
internal sealed record TlsParts(TlsServer? Server, TlsClient Client)
{
    /// <summary>Reads the files; with problems the parts are not to be used.</summary>
    public static TlsParts Of(RelaySettings settings, out IReadOnlyList<string> problems)
    {
        TlsServer? server = null;
        IReadOnlyList<string> ofServer = [];
        if (settings.Get(TlsKeys.Certificates).Files.Count > 0)
        {
            server = new TlsServer(FloorOptions.ToTlsServer(settings), out ofServer);
        }

        var client = new TlsClient(FloorOptions.ToTlsClient(settings), out IReadOnlyList<string> ofClient);
        problems = [.. ofServer, .. ofClient];
        return new TlsParts(server, client);
    }

    /// <summary>Takes up certificates whose files have changed; each line tells of one file.</summary>
    public void Check(Action<string> tell)
    {
        void Refused(string problem) => tell($"{problem}; the certificate before it stays in force");
        void Taken(string file) => tell($"{file} is in force");
        Server?.Check(Refused, Taken);
        Client.Check(Refused, Taken);
    }

    /// <summary>What an administrator should know of the certificates.</summary>
    public IEnumerable<string> Warnings(string hostName, DateTimeOffset now) =>
        (Server?.Warnings(hostName, now) ?? []).Concat(Client.Warnings(now));
}
