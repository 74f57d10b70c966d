using System.Net;
using System.Net.Sockets;
using System.Text;
using Relay.Dns;
using Relay.Routing.Clients;
using Relay.Routing.Lookups;
using Relay.Routing.Options;
using Relay.Routing.Tracing;
using Relay.Routing.Verdicts;

namespace Relay.Routing.Blocklists;

/// <summary>
/// Asks the lists about a client, in their order; the first that decides wins (Sendmail: FEATURE(`dnsbl')). IPv4
/// clients only, IPv6 by option. An answer outside 127.0.0.0/8, or in 127.255.255.0/24 where lists report errors, lists
/// nobody. Thread-safe.
/// </summary>
internal sealed class BlocklistCheck(IDnsResolver dns, BlocklistHealth health)
{
    private const string Rule = "dnsbl";

    public static bool Concerns(RoutingOptions options, ClientFacts client) =>
        options.DnsBlocklists.Count > 0
        && client.Address is { } address
        && !client.IsThisMachine
        && (options.DnsBlocklistsForIPv6 || address.AddressFamily == AddressFamily.InterNetwork);

    public async ValueTask<Verdict> CheckAsync(
        RoutingOptions options,
        ClientFacts client,
        ReadOnlyMemory<byte>? named,
        DecisionTrace? trace,
        CancellationToken cancellation)
    {
        foreach (DnsBlocklist list in options.DnsBlocklists)
        {
            string name = ReverseName.Under(client.Address!, list.Zone);
            if (health.WhyBroken(list) is { } reason)
            {
                trace?.Add(Rule, name, $"not asked: {reason}");
                continue;
            }

            DnsAnswer answer = await dns.QueryAsync(name, DnsRecordType.A, cancellation);
            Verdict verdict = Judge(list, client, answer, named);
            trace?.Add(Rule, name, $"{Describe(answer)}: {verdict}");
            if (!verdict.IsAccepted)
            {
                return verdict;
            }
        }

        return Verdict.Accept;
    }

    private static string Describe(DnsAnswer answer) => answer.Status == DnsStatus.Found
        ? string.Join(", ", answer.Addresses)
        : answer.Status.ToString();

    private static Verdict Judge(
        DnsBlocklist list, ClientFacts client, DnsAnswer answer, ReadOnlyMemory<byte>? named)
    {
        if (answer.Status == DnsStatus.TemporaryFailure)
        {
            return list.TemporaryText.Length == 0 ? Verdict.Accept : RefuseTemporarily(list, client, named);
        }

        if (answer.Status != DnsStatus.Found || !answer.Addresses.Any(address => Counts(list, address)))
        {
            return Verdict.Accept;
        }

        if (string.Equals(list.Text, "discard", StringComparison.OrdinalIgnoreCase))
        {
            return Verdict.Discard;
        }

        if (string.Equals(list.Text, "quarantine", StringComparison.OrdinalIgnoreCase))
        {
            return Verdict.Hold(Encoding.UTF8.GetBytes($"{client.AddressText} listed at {list.Zone}"));
        }

        string text = list.Text.Length == 0
            ? $"550 Rejected: {client.AddressText} listed at {list.Zone}"
            : MacroText.Expand(list.Text, client);
        return Refuse(text, "5.7.1", named);
    }

    private static Verdict RefuseTemporarily(DnsBlocklist list, ClientFacts client, ReadOnlyMemory<byte>? named) =>
        list.TemporaryText == "t"
            ? Refuse($"451 Temporary lookup failure of {client.AddressText} at {list.Zone}", "4.4.3", named)
            : Refuse(MacroText.Expand(list.TemporaryText, client), "4.4.3", named);

    private static Verdict Refuse(string text, string status, ReadOnlyMemory<byte>? named) =>
        Verdict.Refuse(ReplyText.Compose(ReplyText.Parse(text, status), named));

    private static bool Counts(DnsBlocklist list, IPAddress address)
    {
        if (list.Answers.Count > 0)
        {
            return list.Answers.Contains(address.ToString());
        }

        Span<byte> octets = stackalloc byte[16];
        return address.TryWriteBytes(octets, out int length) && length == 4 && octets[0] == 127
            && !(octets[1] == 255 && octets[2] == 255);
    }
}
