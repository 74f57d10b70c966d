using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Relay.Testing;
using Relay.Testing.Tls;

namespace Relay.EndToEnd.Tests.Monitoring;

/// <summary>A relay that pushes to a collector, and a next hop that does as the test says.</summary>
internal sealed class OtlpRelay : IAsyncDisposable
{
    private readonly Workspace _workspace = new();
    private readonly TestAuthority? _authority;
    private readonly X509Certificate2? _certificate;

    private OtlpRelay(Collector collector, Func<int, string, string?>? script, bool isTls, string[] settings)
    {
        Collector = collector;
        _authority = isTls ? new TestAuthority() : null;
        _certificate = _authority?.Issue("mx.test");
        NextHop = new ScriptedMailExchanger(script)
        {
            Offer = isTls ? "250-mx.test\r\n250 STARTTLS" : "250 mx.test",
            Tls = _authority is null ? null : ServeTlsAsync,
        };
        Relay = new RelayUnderTest(_workspace, NextHop.Port) { Settings = settings };
    }

    public Collector Collector { get; }

    public ScriptedMailExchanger NextHop { get; }

    public RelayUnderTest Relay { get; }

    /// <param name="script">The next hop's.</param>
    /// <param name="isTls">The next hop offers STARTTLS.</param>
    /// <param name="settings">With {0} for the collector's URL.</param>
    public static async Task<OtlpRelay> StartAsync(
        Func<int, string, string?>? script, bool isTls, params string[] settings)
    {
        Collector collector = await Collector.StartAsync(isGrpc: settings.Contains("otlp.protocol=grpc"));
        var relay = new OtlpRelay(
            collector, script, isTls, [.. settings.Select(s => s.Replace("{0}", collector.Url, StringComparison.Ordinal))]);
        await relay.Relay.StartAsync();
        return relay;
    }

    /// <summary>Hands a message over; gives its queue id, or the refusal of its content.</summary>
    public async Task<string> SendAsync(string from, string to, string header = "Subject: x")
    {
        using Conversation client = await Conversation.BeginAsync(Relay.Port, "127.0.0.1");
        await client.SayAsync(null);
        await client.SayAsync("EHLO client.test");
        await client.SayAsync($"MAIL FROM:<{from}>");
        Assert.StartsWith("250", await client.SayAsync($"RCPT TO:<{to}>"), StringComparison.Ordinal);
        Assert.StartsWith("354", await client.SayAsync("DATA"), StringComparison.Ordinal);
        string answer = await client.SayAsync($"{header}\r\n\r\nx\r\n.");
        await client.SayAsync("QUIT");
        return answer.StartsWith("250 2.0.0 ", StringComparison.Ordinal) ? answer.Split(' ')[2] : answer;
    }

    /// <summary>Ends the relay, which pushes what it has left.</summary>
    public async Task StopAsync()
    {
        await Relay.Program.SignalAsync("TERM");
        Assert.Equal(0, await Relay.Program.WaitForExitAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await Relay.DisposeAsync();
        await NextHop.DisposeAsync();
        await Collector.DisposeAsync();
        _certificate?.Dispose();
        _authority?.Dispose();
        _workspace.Dispose();
    }

    private async Task<Stream> ServeTlsAsync(Stream clear, CancellationToken stop)
    {
        var tls = new SslStream(clear);
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = _certificate }, stop);
        return tls;
    }
}
