using System.Collections;
using System.Net;
using System.Text.Json;
using Relay.EndToEnd.Tests.Seeds;
using Relay.Host.Options;
using Relay.Host.Running;
using Relay.Host.Tables;
using Relay.Host.Tls;
using Relay.Logging;
using Relay.Queue;
using Relay.Routing;
using Relay.Tables.Aliases;
using Relay.Tables.Loading;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>
/// The whole relay within the test program, on tables that no file can be; its queue is in memory. Its clients have no
/// names.
/// </summary>
internal sealed class RelayOnTables : IAsyncDisposable
{
    private readonly Workspace _workspace;
    private readonly RelayRuntime _relay;

    private RelayOnTables(Workspace workspace, RelayRuntime relay)
    {
        _workspace = workspace;
        _relay = relay;
    }

    private int Port => ((IPEndPoint)_relay.EndPoints[0]).Port;

    public static async Task<RelayOnTables> StartAsync(Func<TableSet, TableSet> replace, params string[] options)
    {
        var workspace = new Workspace();
        RelaySettings settings = SettingsOf(workspace, options);
        LiveRules rules = LiveRules.Start(settings, NullMailLog.Instance, TimeProvider.System, out _);
        RoutingSnapshot files = rules.Holder.Current;
        rules.Holder.Swap(new RoutingSnapshot(
            files.Options, replace(files.Tables), new IncludeFiles(TimeProvider.System)));
        return new RelayOnTables(workspace, await RelayRuntime.StartAsync(
            settings, rules, TlsParts.Of(settings, out _), NullMailLog.Instance, TimeProvider.System));
    }

    /// <summary>A client on a loopback address that has said EHLO.</summary>
    public Task<SeedClient> ConnectAsync(string from) => SeedClient.ConnectAsync(Port, from, "client.example");

    /// <summary>The first refusal that a client hears, else the reply to its RCPT.</summary>
    public async Task<string> OfferAsync(string from, string recipient, string sender = RuleWorld.Sender)
    {
        await using SeedClient client = await ConnectAsync(from);
        return await client.OfferAsync(sender, recipient);
    }

    public async ValueTask DisposeAsync()
    {
        await _relay.DisposeAsync();
        _workspace.Dispose();
    }

    private static RelaySettings SettingsOf(Workspace workspace, string[] options)
    {
        Directory.CreateDirectory(workspace.PathOf("mail"));
        string[] own =
        [
            $"{OptionRegistry.ListenersPath}=127.0.0.1:0", $"{RelayKeys.HostName.Path}={RuleWorld.HostName}",
            $"{RelayKeys.AdminSocket.Path}=", $"{TableKeys.Directory.Path}={workspace.PathOf("mail")}",
            $"{QueueKeys.Engine.Path}={OptionFormats.Choice<MailQueueEngine>().Write(MailQueueEngine.Memory)}",
            $"{QueueKeys.QueueDirectory.Path}={workspace.PathOf("queue")}", $"{QueueKeys.SegmentSize.Path}=4M",
            $"{AccessKeys.AcceptUnresolvableDomains.Path}=true", $"{AccessKeys.ResolveClients.Path}=false",
        ];
        IEnumerable<ConfigurationEntry> entries = own.Concat(options).Select(static pair => pair.Split('=', 2))
            .Select(static pair => new ConfigurationEntry(pair[0], pair[1], JsonTokenType.None, "test", 0));
        RelaySettings? settings = ConfigurationLoader.Load(
            null, new Hashtable(), [.. entries], out IReadOnlyList<ConfigurationError> errors);
        Assert.Empty(errors);
        return settings!;
    }
}
