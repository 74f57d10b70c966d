using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Relay.Dns;
using Relay.Testing;
using Relay.Testing.Dns;

namespace Relay.Delivery.Tests.Mx;

/// <summary>
/// A little Internet: nsd with the zone <c>test</c>, mail exchangers on addresses of loopback that share one port, and
/// delivery by MX. In the zone <c>@1</c> stands for the first exchanger's address and so on, <c>@0</c> for one where
/// nobody listens.
/// </summary>
internal sealed class MxWorld : IAsyncDisposable
{
    private readonly NameServerProgram _server;

    private MxWorld(NameServerProgram server, ScriptedMailExchanger[] exchangers, DeliveryHarness harness)
    {
        _server = server;
        Exchangers = exchangers;
        Harness = harness;
    }

    public DeliveryHarness Harness { get; }

    public ScriptedMailExchanger[] Exchangers { get; }

    /// <summary>Contents received by each exchanger.</summary>
    public int[] Counts => [.. Exchangers.Select(static e => e.ContentsReceived)];

    /// <param name="records">Of the zone <c>test</c>, one per line.</param>
    /// <param name="scripts">Of each exchanger; null for one that takes everything.</param>
    /// <param name="options">Made for the exchangers' port.</param>
    /// <param name="own">Our own names.</param>
    public static async Task<MxWorld> StartAsync(
        string records,
        Func<string, string?>?[] scripts,
        Func<int, DeliveryOptions>? options = null,
        params string[] own)
    {
        Assert.SkipUnless(NameServerProgram.IsThere("nsd"), "nsd is not unpacked (tests/get-dns-servers.sh does it)");
        (ScriptedMailExchanger[] exchangers, string network, int port) = Listen(scripts);
        string zone = "$TTL 300\n@ IN SOA ns admin 1 3600 600 86400 60\n@ IN NS ns\nns IN A 127.0.0.1\n"
            + records.Replace("@", network, StringComparison.Ordinal) + "\n";
        NameServerProgram server = await NameServerProgram.StartNsdAsync(("test", zone));
        var dns = new DnsOptions
        {
            Servers = [server.EndPoint],
            Timeout = TimeSpan.FromSeconds(20),
            ResolvConf = string.Empty,
            HostsFile = string.Empty,
        };
        var hosts = new HostResolver(new DnsResolver(dns, TimeProvider.System), dns, TimeProvider.System);
        var harness = new DeliveryHarness(
            options?.Invoke(port),
            null,
            hosts,
            own.Length == 0 ? null : name => own.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            Routes = { MxPort = port },
        };
        return new MxWorld(server, exchangers, harness);
    }

    /// <summary>Sends to one recipient, without a sender to tell of failures.</summary>
    public async Task<RecordingQueue.Outcome> SendAsync(string recipient) =>
        (await Harness.SendAsync(recipient, reversePath: string.Empty)).Only;

    public async ValueTask DisposeAsync()
    {
        await Harness.DisposeAsync();
        foreach (ScriptedMailExchanger exchanger in Exchangers)
        {
            await exchanger.DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    private static (ScriptedMailExchanger[] Exchangers, string Network, int Port) Listen(
        Func<string, string?>?[] scripts)
    {
        while (true)
        {
            string network = string.Create(
                CultureInfo.InvariantCulture, $"127.{Random.Shared.Next(1, 255)}.{Random.Shared.Next(1, 255)}.");
            var exchangers = new List<ScriptedMailExchanger>();
            int port = 0;
            try
            {
                for (int i = 0; i < scripts.Length; i++)
                {
                    Func<string, string?>? script = scripts[i];
                    var address = IPAddress.Parse(network + (i + 1).ToString(CultureInfo.InvariantCulture));
                    exchangers.Add(new ScriptedMailExchanger(
                        (_, line) => script?.Invoke(line), new IPEndPoint(address, port)));
                    port = exchangers[0].Port;
                }

                return ([.. exchangers], network, port);
            }
            catch (SocketException)
            {
                // Somebody has the port at one of the addresses: another one.
            }
        }
    }
}
