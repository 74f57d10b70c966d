using System.Security.Authentication;
using Relay.Server.Policies;
using Relay.Server.Tests.Fixtures;
using Relay.Server.Tests.Listening;
using Relay.Testing;
using Relay.Tls;

namespace Relay.Server.Tests.Tls;

/// <summary>STARTTLS (RFC 3207) on real sockets.</summary>
public sealed class StartTlsTests : IDisposable
{
    private readonly TlsFolder _folder = new();

    [Fact]
    public async Task Starttls_is_offered_with_a_certificate_until_tls_is_active()
    {
        await using LiveServer live = await LiveServer.StartAsync(_folder.Options());
        using var client = new TlsSocketClient(live.EndPoint);
        await client.ReadReplyAsync();
        Assert.Contains("250-STARTTLS\r\n", await client.SayAsync("EHLO client.example\r\n"), StringComparison.Ordinal);
        Assert.Equal("220 2.0.0 Ready to start TLS\r\n", await client.SayAsync("STARTTLS\r\n"));
        await client.HandshakeAsync();
        string offer = await client.SayAsync("EHLO client.example\r\n");
        Assert.StartsWith("250-mx.test Hello", offer, StringComparison.Ordinal);
        Assert.DoesNotContain("STARTTLS", offer, StringComparison.Ordinal);
        Assert.Equal("503 5.5.0 TLS is already active\r\n", await client.SayAsync("STARTTLS\r\n"));
    }

    [Fact]
    public async Task Without_a_certificate_starttls_is_not_offered_and_answered_454()
    {
        var options = new SmtpServerOptions
        {
            HostName = "mx.test",
            Listeners = [LiveServer.Loopback()],
            Tls = new TlsServer(new TlsServerOptions(), out _),
        };
        await using LiveServer live = await LiveServer.StartAsync(options);
        using var client = new TlsSocketClient(live.EndPoint);
        await client.ReadReplyAsync();
        Assert.DoesNotContain("STARTTLS", await client.SayAsync("EHLO client.example\r\n"), StringComparison.Ordinal);
        Assert.Equal(
            "454 4.7.0 TLS not available due to temporary reason\r\n", await client.SayAsync("STARTTLS\r\n"));
        Assert.Equal("250 2.0.0 OK\r\n", await client.SayAsync("NOOP\r\n"));
    }

    [Theory]
    [InlineData(ListenerModifiers.NoStartTls, false)]
    [InlineData(ListenerModifiers.None, true)]
    public async Task The_listeners_modifier_S_and_the_policy_hide_starttls(ListenerModifiers modifiers, bool hides)
    {
        await using LiveServer live = await LiveServer.StartAsync(_folder.Options(modifiers));
        live.Policy.Connection = new ConnectionDecision { HidesStartTls = hides };
        using var client = new TlsSocketClient(live.EndPoint);
        await client.ReadReplyAsync();
        Assert.DoesNotContain("STARTTLS", await client.SayAsync("EHLO client.example\r\n"), StringComparison.Ordinal);
        Assert.Equal("503 5.5.0 TLS not available\r\n", await client.SayAsync("STARTTLS\r\n"));
    }

    [Fact]
    public async Task Starttls_takes_no_parameters()
    {
        await using LiveServer live = await LiveServer.StartAsync(_folder.Options());
        using var client = new TlsSocketClient(live.EndPoint);
        await client.ReadReplyAsync();
        Assert.Equal(
            "501 5.5.4 Syntax error, no parameters allowed\r\n", await client.SayAsync("STARTTLS now\r\n"));
    }

    [Fact]
    public async Task After_the_handshake_the_session_begins_anew()
    {
        await using LiveServer live = await LiveServer.StartAsync(_folder.Options());
        using var client = new TlsSocketClient(live.EndPoint);
        await client.ReadReplyAsync();
        await client.SayAsync("EHLO client.example\r\n");
        await client.SayAsync("MAIL FROM:<a@client.example>\r\n");
        await client.SayAsync("STARTTLS\r\n");
        await client.HandshakeAsync();
        Assert.StartsWith("503 5.0.0", await client.SayAsync("RCPT TO:<b@there.example>\r\n"), StringComparison.Ordinal);
        Assert.StartsWith(
            "503 5.0.0 Polite people say HELO first",
            await client.SayAsync("MAIL FROM:<a@client.example>\r\n"),
            StringComparison.Ordinal);
        Assert.Empty(live.Policy.Client!.Helo);
    }

    [Fact]
    public async Task A_message_over_tls_is_esmtps_in_its_trace_field_and_in_the_log()
    {
        await using LiveServer live = await LiveServer.StartAsync(_folder.Options());
        using TlsSocketClient client = await TlsSocketClient.StartTlsAsync(live.EndPoint);
        await client.SayAsync("EHLO client.example\r\n");
        string content = "Subject: x\r\n\r\n" + string.Concat(Enumerable.Repeat(new string('x', 998) + "\r\n", 400));
        await client.SendAsync("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");
        Assert.StartsWith("250 2.1.0", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.StartsWith("250 2.1.5", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.StartsWith("354 ", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.StartsWith("250 2.0.0 ", await client.SayAsync(content + ".\r\n"), StringComparison.Ordinal);
        Assert.Equal("221 2.0.0 mx.test closing connection\r\n", await client.SayAsync("QUIT\r\n"));
        Assert.Equal(string.Empty, await client.ReadReplyAsync());

        RecordedMessage message = Assert.Single(live.Queue.Messages);
        Assert.Equal(content, message.Text);
        Assert.Matches(
            "\r\n\tby mx\\.test with ESMTPS id [^\r]+\r\n\t\\(version=TLSv1\\.3 cipher=TLS_AES_256_GCM_SHA384 "
                + "bits=256 verify=NOT\\)\r\n\tfor <b@there\\.example>; ",
            message.Prologue);
        Assert.Contains(live.Log.Lines, static line => line.StartsWith("Session", StringComparison.Ordinal)
            && line.EndsWith(
                "reply=STARTTLS=server, relay=[127.0.0.1], version=TLSv1.3, verify=NOT, "
                    + "cipher=TLS_AES_256_GCM_SHA384, bits=256/256",
                StringComparison.Ordinal));
        Assert.Contains(live.Log.Lines, static line => line.Contains(" proto=ESMTPS ", StringComparison.Ordinal));
        Assert.Equal(1, live.Server.Counters.Handshakes);
    }

    [Fact]
    public async Task Commands_in_the_write_of_starttls_end_the_session()
    {
        await using LiveServer live = await LiveServer.StartAsync(_folder.Options());
        using var client = new TlsSocketClient(live.EndPoint);
        await client.ReadReplyAsync();
        await client.SayAsync("EHLO client.example\r\n");
        Assert.Equal("554 5.5.0 SMTP protocol error\r\n", await client.SayAsync("STARTTLS\r\nRSET\r\n"));
        Assert.Equal(string.Empty, await client.ReadReplyAsync());
        Assert.Equal(0, live.Server.Counters.Handshakes);
    }

    [Fact]
    public async Task Commands_injected_before_the_handshake_are_never_carried_out()
    {
        await using LiveServer live = await LiveServer.StartAsync(_folder.Options());
        using var client = new TlsSocketClient(live.EndPoint);
        await client.ReadReplyAsync();
        await client.SayAsync("EHLO client.example\r\n");
        await client.SayAsync("STARTTLS\r\n");
        await client.SendAsync("EHLO attacker.example\r\nMAIL FROM:<attacker@attacker.example>\r\n");
        await Assert.ThrowsAnyAsync<Exception>(() => client.HandshakeAsync());
        await live.Server.StopAsync(TimeSpan.FromSeconds(30));
        Assert.DoesNotContain("attacker@attacker.example", live.Policy.Asked);
        Assert.Equal(1, live.Server.Counters.HandshakesFailed);
        Assert.Contains(live.Log.Lines, static line => line.Contains(
            "STARTTLS=server, error: accept failed=-1, reason=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_handshake_that_takes_too_long_is_cut()
    {
        var time = new ManualTimeProvider();
        await using LiveServer live = await LiveServer.StartAsync(_folder.Options(), time);
        using var client = new TlsSocketClient(live.EndPoint);
        await client.ReadReplyAsync();
        await client.SayAsync("EHLO client.example\r\n");
        await client.SayAsync("STARTTLS\r\n");
        await CutAsync(live, time, client);
    }

    [Fact]
    public async Task A_client_that_is_silent_within_tls_is_told_so_within_tls()
    {
        var time = new ManualTimeProvider();
        await using LiveServer live = await LiveServer.StartAsync(_folder.Options(), time);
        using TlsSocketClient client = await TlsSocketClient.StartTlsAsync(live.EndPoint);
        await client.SayAsync("EHLO client.example\r\n");
        await ListenerTests.WaitUntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1)); // no further than to its end: then the time for goodbyes runs
            return live.Server.Counters.Timeouts == 1;
        });
        Assert.Equal("421 4.4.2 mx.test Timeout waiting for input\r\n", await client.ReadReplyAsync());
        Assert.Equal(string.Empty, await client.ReadReplyAsync());
    }

    [Fact]
    public async Task A_stop_is_told_within_tls()
    {
        await using LiveServer live = await LiveServer.StartAsync(_folder.Options());
        using TlsSocketClient client = await TlsSocketClient.StartTlsAsync(live.EndPoint);
        await client.SayAsync("EHLO client.example\r\n");
        Task stop = live.Server.StopAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("421 4.3.2 mx.test Server shutting down, try again later\r\n", await client.ReadReplyAsync());
        await stop;
    }

    [Fact]
    public async Task What_the_policy_says_of_the_tls_session_answers_every_command_that_moves_mail()
    {
        await using LiveServer live = await LiveServer.StartAsync(_folder.Options());
        live.Policy.TlsRefusal = "454 4.7.0 not authenticated";
        using TlsSocketClient client = await TlsSocketClient.StartTlsAsync(live.EndPoint);
        await client.SayAsync("EHLO client.example\r\n");
        string[] moving =
        [
            "MAIL FROM:<a@client.example>", "RCPT TO:<b@mx.test>", "DATA", "BDAT 0 LAST", "VRFY b", "EXPN b", "ETRN x",
        ];
        foreach (string command in moving)
        {
            Assert.Equal("454 4.7.0 not authenticated\r\n", await client.SayAsync($"{command}\r\n"));
        }

        Assert.Equal("250 2.0.0 OK\r\n", await client.SayAsync("NOOP\r\n"));
        Assert.Equal("221 2.0.0 mx.test closing connection\r\n", await client.SayAsync("QUIT\r\n"));
    }

    [Fact]
    public async Task A_clients_certificate_is_known_to_the_policies()
    {
        using var folder = new TlsFolder(asks: true);
        await using LiveServer live = await LiveServer.StartAsync(folder.Options());
        using var certificate = folder.Authority.Issue("client.example");
        using TlsSocketClient client = await TlsSocketClient.StartTlsAsync(live.EndPoint, certificate);
        await client.SayAsync("EHLO client.example\r\n");
        TlsInfo tls = live.Policy.Client!.Tls!;
        Assert.Equal(TlsVerification.Ok, tls.Verification);
        Assert.Equal("/C=DE/O=Relay/CN=client.example", tls.Certificate!.Subject);
    }

    [Fact]
    public async Task A_cipher_suite_that_is_not_allowed_is_refused()
    {
        using var folder = new TlsFolder(suites: [System.Net.Security.TlsCipherSuite.TLS_AES_128_CCM_SHA256]);
        await using LiveServer live = await LiveServer.StartAsync(folder.Options());
        await Assert.ThrowsAnyAsync<AuthenticationException>(() => TlsSocketClient.StartTlsAsync(live.EndPoint));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task CutAsync(LiveServer live, ManualTimeProvider time, TlsSocketClient client)
    {
        Task<string> reply = client.ReadReplyAsync();
        while (!reply.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        Assert.Equal(string.Empty, await reply);
        await live.Server.StopAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(1, live.Server.Counters.HandshakesFailed);
    }
}
