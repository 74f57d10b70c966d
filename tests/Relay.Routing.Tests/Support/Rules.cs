using System.Net;
using System.Text;
using Relay.Dns;
using Relay.Routing.Access;
using Relay.Routing.Blocklists;
using Relay.Routing.Clients;
using Relay.Routing.Options;
using Relay.Routing.Tracing;
using Relay.Routing.Verdicts;
using Relay.Tables.Access;
using Relay.Tables.Addresses;
using Relay.Tables.Aliases;
using Relay.Tables.Authentication;
using Relay.Tables.Classes;
using Relay.Tables.Loading;
using Relay.Tables.Mailer;

namespace Relay.Routing.Tests.Support;

/// <summary>Tables as texts and options: rules to ask.</summary>
internal sealed record Rules
{
    public string Access { get; init; } = string.Empty;

    public bool AccessFails { get; init; }

    public string Mailertable { get; init; } = string.Empty;

    public string Virtusertable { get; init; } = string.Empty;

    public string Domaintable { get; init; } = string.Empty;

    public string Genericstable { get; init; } = string.Empty;

    public string Aliases { get; init; } = string.Empty;

    public string SenderLogin { get; init; } = string.Empty;

    public string LocalHostNames { get; init; } = string.Empty;

    public string RelayDomains { get; init; } = string.Empty;

    public string VirtHosts { get; init; } = string.Empty;

    public string LocalUsers { get; init; } = string.Empty;

    public string MasqueradeDomains { get; init; } = string.Empty;

    public string MasqueradeExceptions { get; init; } = string.Empty;

    public string ExposedUsers { get; init; } = string.Empty;

    public string GenericsDomains { get; init; } = string.Empty;

    public RoutingOptions Options { get; init; } = new() { HostName = "relay.example" };

    public IDnsResolver Dns { get; init; } = new ZoneResolver();

    /// <summary>A client whose address has no name.</summary>
    public static ClientFacts Stranger { get; } = Client("192.0.2.99", ClientResolution.Fail, null);

    public static ClientFacts Loopback { get; } = Client("127.0.0.1", ClientResolution.Ok, "localhost");

    public static ClientFacts Client(string address, ClientResolution resolution, string? pointer) =>
        new(IPAddress.Parse(address), resolution, pointer);

    /// <summary>A client with a confirmed name.</summary>
    public static ClientFacts Named(string name, string address = "192.0.2.99") =>
        Client(address, ClientResolution.Ok, name);

    public static MailerTarget Target(string text) =>
        MailerTargetParser.TryParse(text, out MailerTarget target, out string error)
            ? target
            : throw new ArgumentException(error, nameof(text));

    public RoutingSnapshot Build() => new(Options, new TableSet
    {
        Access = new AccessTable(new MemoryTable("access", Access, AccessFails), Options.LookupDotDomain),
        Mailertable = new MailerTable(new MemoryTable("mailertable", Mailertable)),
        Virtusertable = new VirtUserTable(new MemoryTable("virtusertable", Virtusertable)),
        Domaintable = new DomainTable(new MemoryTable("domaintable", Domaintable)),
        Genericstable = new GenericsTable(new MemoryTable("genericstable", Genericstable)),
        Aliases = new AliasTable(new MemoryTable("aliases", Aliases.Replace(": ", " ", StringComparison.Ordinal))),
        SenderLogin = new SenderLoginTable(new MemoryTable("senderlogin", SenderLogin)),
        LocalHostNames = Words(LocalHostNames, "local-host-names"),
        RelayDomains = Words(RelayDomains, "relay-domains"),
        VirtHosts = Words(VirtHosts, "virthosts"),
        LocalUsers = Words(LocalUsers, "local-users"),
        MasqueradeDomains = Words(MasqueradeDomains, "masquerade-domains"),
        MasqueradeExceptions = Words(MasqueradeExceptions, "masquerade-exceptions"),
        ExposedUsers = Words(ExposedUsers, "exposed-users"),
        GenericsDomains = Words(GenericsDomains, "generics-domains"),
    }, new IncludeFiles(TimeProvider.System));

    public AccessControl Control() => new(Dns, new BlocklistHealth(Dns));

    public async Task<string> ConnectAsync(ClientFacts client, DecisionTrace? trace = null) =>
        Show(await Control().OnConnectAsync(Build(), client, null, trace, CancellationToken.None));

    public async Task<string> MailAsync(ClientFacts client, string sender, DecisionTrace? trace = null) =>
        Show(await Control().OnMailAsync(
            Build(), client, Encoding.UTF8.GetBytes(sender), trace, CancellationToken.None));

    public async Task<string> RcptAsync(
        ClientFacts client, string recipient, string sender = "", DecisionTrace? trace = null) =>
        Show(await Control().OnRcptAsync(
            Build(),
            client,
            Encoding.UTF8.GetBytes(sender),
            Encoding.UTF8.GetBytes(recipient),
            trace,
            CancellationToken.None));

    /// <summary><c>ok</c>, a refusal, or what else comes of it.</summary>
    private static string Show(Verdict verdict) =>
        verdict.IsAccepted ? "ok"
        : verdict.Kind == VerdictKind.Refuse ? Encoding.UTF8.GetString(verdict.Text!)
        : verdict.ToString();

    private static ClassTable Words(string text, string name) =>
        ClassTable.Of(name, text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
