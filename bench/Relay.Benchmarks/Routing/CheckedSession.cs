using System.Net;
using System.Text;
using Relay.Benchmarks.Tables;
using Relay.Routing;
using Relay.Routing.Access;
using Relay.Routing.Blocklists;
using Relay.Routing.Clients;
using Relay.Routing.Options;
using Relay.Routing.Resolution;
using Relay.Tables;
using Relay.Tables.Access;
using Relay.Tables.Addresses;
using Relay.Tables.Aliases;
using Relay.Tables.Classes;
using Relay.Tables.Loading;
using Relay.Tables.Mailer;
using Relay.Tables.Text;

namespace Relay.Benchmarks.Routing;

/// <summary>
/// The checks of one session over tables of a given size, as a gateway has them: a client that no entry knows, a sender
/// in a domain that exists, a recipient in a domain that is relayed to and has a route of its own.
/// </summary>
internal sealed class CheckedSession
{
    private readonly AccessControl _control;
    private readonly RoutingSnapshot _snapshot;
    private readonly ClientFacts _client =
        new(IPAddress.Parse("198.51.100.77"), ClientResolution.Ok, "mail.sub.example.org");

    private readonly byte[] _reversePath = "someone@sub.example.org"u8.ToArray();
    private readonly byte[] _forwardPath = "user@dept.customer.example"u8.ToArray();
    private readonly byte[] _virtual = "user7@domain7.example.com"u8.ToArray();

    /// <param name="entries">Of access and of virtusertable each.</param>
    /// <param name="delayChecks">All checks at RCPT.</param>
    public CheckedSession(int entries, DelayChecks delayChecks)
    {
        var dns = new KnownDomains();
        _control = new AccessControl(dns, new BlocklistHealth(dns));
        _snapshot = new RoutingSnapshot(
            new RoutingOptions { HostName = "relay.example.net", DelayChecks = delayChecks, BlocklistRecipients = true },
            new TableSet
            {
                Access = AccessReader.Read(
                    new TableText("access", TableTexts.Access(entries)), new ProblemList("access")),
                Virtusertable = VirtUserTable.Read(
                    new TableText("virtusertable", TableTexts.VirtUser(entries)), new ProblemList("virtusertable")),
                Mailertable = MailerTable.Read(
                    new TableText("mailertable", Encoding.ASCII.GetBytes(".customer.example smtp:[192.0.2.1]\n")),
                    new ProblemList("mailertable")),
                RelayDomains = ClassTable.Of("relay-domains", "customer.example"),
                LocalHostNames = ClassTable.Of("local-host-names", "domain7.example.com"),
            },
            new IncludeFiles(TimeProvider.System));
    }

    public bool Connect() => IsAccepted(_control.OnConnectAsync(_snapshot, _client, null, null, default));

    public bool Mail() => IsAccepted(_control.OnMailAsync(_snapshot, _client, _reversePath, null, default));

    public bool Rcpt() =>
        IsAccepted(_control.OnRcptAsync(_snapshot, _client, _reversePath, _forwardPath, null, default));

    /// <summary>Where the recipient goes, and that nothing rewrites it.</summary>
    public bool Resolve() => Resolve(_forwardPath);

    /// <summary>A recipient that virtusertable sends elsewhere.</summary>
    public bool ResolveVirtual() => Resolve(_virtual);

    private bool Resolve(byte[] forwardPath)
    {
        ValueTask<Expansion> expansion = AddressResolver.ExpandAsync(_snapshot, forwardPath, null, default);
        return expansion.IsCompletedSuccessfully && expansion.Result.Refusal is null
            ? true
            : throw new InvalidOperationException("the recipient is not served");
    }

    private static bool IsAccepted(ValueTask<Relay.Routing.Verdicts.Verdict> verdict) =>
        verdict.IsCompletedSuccessfully && verdict.Result.IsAccepted
            ? true
            : throw new InvalidOperationException("the command is not accepted");
}
