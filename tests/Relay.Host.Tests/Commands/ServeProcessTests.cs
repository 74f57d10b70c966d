using System.Text;
using System.Text.Json;
using Relay.Testing;

namespace Relay.Host.Tests.Commands;

/// <summary>The built program from outside: real sockets, real signals, real files.</summary>
public sealed class ServeProcessTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("relay-serve-");

    private string Root => _directory.FullName;

    [Fact]
    public async Task Mail_goes_in_is_listed_goes_out_and_the_relay_stops_by_sigterm()
    {
        await using var exchanger = new ScriptedMailExchanger();
        Write("relay.json", Configuration(exchanger.Port));
        await using RelayProcess relay = RelayProcess.Start(Root, "serve", "--config", "relay.json");
        int port = await relay.WaitForPortAsync();

        await using (SmtpDialogue client = await SmtpDialogue.ConnectAsync(port))
        {
            await client.SayAsync("EHLO client.example");
            string reply = await client.SendMailAsync(
                "a@b.example", "c@d.example", "Subject: smoke\r\n\r\n..dotted\r\nend");
            Assert.StartsWith("250 2.0.0 ", reply, StringComparison.Ordinal);
        }

        await exchanger.WhenAsync(e => e.Mails.Count == 1);
        ReceivedMail mail = exchanger.Mails[0];
        Assert.StartsWith("MAIL FROM:<a@b.example>", mail.Mail, StringComparison.Ordinal);
        Assert.EndsWith("\r\nSubject: smoke\r\n\r\n..dotted\r\nend\r\n", Encoding.UTF8.GetString(mail.Wire),
            StringComparison.Ordinal);
        Assert.Contains(" delivered ", await relay.WaitForLineAsync("delivered"), StringComparison.Ordinal);

        await relay.SignalAsync("TERM");
        Assert.Equal(0, await relay.WaitForExitAsync());
        Assert.Contains("text=\"stopped\"", relay.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Root, "admin.sock")));
    }

    [Fact]
    public async Task A_stranger_on_loopback_is_denied_and_deferred_mail_survives_a_restart()
    {
        await using var refusing = new ScriptedMailExchanger(
            line => line.StartsWith("MAIL", StringComparison.Ordinal) ? "450 4.7.1 later" : null);
        Write("relay.json", Configuration(refusing.Port));
        string id;
        await using (RelayProcess relay = RelayProcess.Start(Root, "serve", "-c", "relay.json", "--log-format", "json"))
        {
            int port = await relay.WaitForPortAsync();
            await using SmtpDialogue stranger = await SmtpDialogue.ConnectAsync(port, "127.0.0.2");
            await stranger.SayAsync("EHLO stranger.example");
            Assert.Equal(
                "550 5.7.1 <c@d.example>... Relaying denied. IP name lookup failed [127.0.0.2]",
                await stranger.SendMailAsync("a@b.example", "c@d.example", string.Empty));

            await using SmtpDialogue client = await SmtpDialogue.ConnectAsync(port);
            await client.SayAsync("EHLO client.example");
            await client.SendMailAsync("a@b.example", "c@d.example", "Subject: kept\r\n\r\nx");
            using JsonDocument deferred = JsonDocument.Parse(await relay.WaitForLineAsync("\"event\":\"deferred\""));
            id = deferred.RootElement.GetProperty("id").GetString()!;
            await relay.SignalAsync("TERM");
            Assert.Equal(0, await relay.WaitForExitAsync());
        }

        await using var accepting = new ScriptedMailExchanger();
        await using RelayProcess again = RelayProcess.Start(
            Root, "serve", "--config", "relay.json", "--smart-host", $"smtp:[127.0.0.1]:{accepting.Port}");
        await again.WaitForPortAsync();
        await RelayProcess.RunAsync(Root, "queue", "flush", "--config", "relay.json");
        await accepting.WhenAsync(e => e.Mails.Count == 1);
        Assert.Contains(id, await again.WaitForLineAsync(" delivered "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_queue_commands_work_through_the_socket_and_say_when_nobody_is_there()
    {
        Write("relay.json", Configuration(null));
        await using (RelayProcess relay = RelayProcess.Start(Root, "serve", "--config", "relay.json"))
        {
            int port = await relay.WaitForPortAsync();
            await using SmtpDialogue client = await SmtpDialogue.ConnectAsync(port);
            await client.SayAsync("EHLO client.example");
            await client.SendMailAsync("a@b.example", "postmaster", "Subject: x\r\n\r\nx");
            await relay.WaitForLineAsync(" held ");

            (int code, string list) = await Queue("list", "--json");
            Assert.Equal(0, code);
            using JsonDocument entry = JsonDocument.Parse(list);
            Assert.Equal("held", entry.RootElement.GetProperty("state").GetString());
            string id = entry.RootElement.GetProperty("id").GetString()!;
            Assert.Contains("postmaster", (await Queue("show", id)).Output, StringComparison.Ordinal);
            Assert.Contains("Held 1", (await Queue("summary")).Output, StringComparison.Ordinal);
            Assert.Equal(0, (await Queue("delete", id)).ExitCode);
            Assert.Equal(65, (await Queue("delete", id)).ExitCode);
            Assert.StartsWith("Queue Empty", (await Queue("list")).Output, StringComparison.Ordinal);
            await relay.SignalAsync("INT");
            Assert.Equal(0, await relay.WaitForExitAsync());
        }

        (int gone, string said) = await Queue("list");
        Assert.Equal(69, gone);
        Assert.Contains("Is the relay running", said, StringComparison.Ordinal);
        Assert.Contains("It is that of relay.json; --config names another.", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sighup_reloads_tables_and_options_without_losing_a_session_and_refuses_what_is_wrong()
    {
        Write("relay.json", Configuration(null));
        await using RelayProcess relay = RelayProcess.Start(Root, "serve", "--config", "relay.json");
        int port = await relay.WaitForPortAsync();
        await using SmtpDialogue stranger = await SmtpDialogue.ConnectAsync(port, "127.0.0.2");
        await stranger.SayAsync("EHLO stranger.example");
        await stranger.SayAsync("MAIL FROM:<a@b.example>");
        Assert.StartsWith("550 5.7.1", await stranger.SayAsync("RCPT TO:<c@d.example>"), StringComparison.Ordinal);

        Write("tables/access", "To:d.example RELAY\n");
        await relay.SignalAsync("HUP");
        await relay.WaitForLineAsync("text=\"reloaded");
        Assert.StartsWith("250", await stranger.SayAsync("RCPT TO:<c@d.example>"), StringComparison.Ordinal);

        Write("tables/access", "To:d.example REJECTED\n");
        await relay.SignalAsync("HUP");
        Assert.Contains(
            "access:1: error: unknown value", await relay.WaitForLineAsync("reload refused"), StringComparison.Ordinal);
        Assert.StartsWith("250", await stranger.SayAsync("RCPT TO:<e@d.example>"), StringComparison.Ordinal);

        Write("tables/access", string.Empty);
        Write("relay.json", Configuration(null).Replace("\"4M\"", "\"8M\"", StringComparison.Ordinal));
        await relay.SignalAsync("HUP");
        Assert.Contains("queue.segmentSize", await relay.WaitForLineAsync("text=\"reloaded"), StringComparison.Ordinal);
        await relay.SignalAsync("TERM");
        Assert.Equal(0, await relay.WaitForExitAsync());
    }

    [Fact]
    public async Task Sighup_reloads_also_what_was_started_by_nohup()
    {
        Write("relay.json", Configuration(null));
        await using RelayProcess relay = RelayProcess.StartProgram(
            "/usr/bin/nohup", Root, [], RelayProcess.Program, "serve", "--config", "relay.json");
        await relay.WaitForPortAsync();
        await relay.SignalAsync("HUP");
        await relay.WaitForLineAsync("text=\"reloaded");
        await relay.SignalAsync("TERM");
        Assert.Equal(0, await relay.WaitForExitAsync());
    }

    [Fact]
    public async Task A_transaction_under_way_finishes_during_the_stop_and_its_mail_is_there_afterwards()
    {
        Write("relay.json", PatientConfiguration());
        await using (RelayProcess relay = RelayProcess.Start(Root, "serve", "--config", "relay.json"))
        {
            await using SmtpDialogue client = await SmtpDialogue.ConnectAsync(await relay.WaitForPortAsync());
            await BeginAsync(client);
            await relay.SignalAsync("TERM");
            await relay.WaitForLineAsync("text=\"stopping daemon");
            Assert.StartsWith("354", await client.SayAsync("DATA"), StringComparison.Ordinal);
            Assert.StartsWith(
                "250 2.0.0 ", await client.SayAsync("Subject: last\r\n\r\nx\r\n."), StringComparison.Ordinal);
            Assert.Equal(0, await relay.WaitForExitAsync());
        }

        await using RelayProcess again = RelayProcess.Start(Root, "serve", "--config", "relay.json");
        await again.WaitForPortAsync();
        Assert.Contains("c@d.example", (await Queue("list", "--json")).Output, StringComparison.Ordinal);
        await again.SignalAsync("TERM");
        Assert.Equal(0, await again.WaitForExitAsync());
    }

    [Fact]
    public async Task A_second_signal_ends_the_wait_for_a_transaction_that_does_not_go_on()
    {
        Write("relay.json", PatientConfiguration());
        await using RelayProcess relay = RelayProcess.Start(Root, "serve", "--config", "relay.json");
        await using SmtpDialogue client = await SmtpDialogue.ConnectAsync(await relay.WaitForPortAsync());
        await BeginAsync(client);
        await relay.SignalAsync("TERM");
        await relay.WaitForLineAsync("text=\"stopping daemon");
        await relay.SignalAsync("TERM");
        await relay.WaitForLineAsync("text=\"stopping at once\"");
        Assert.Equal(0, await relay.WaitForExitAsync());
    }

    [Fact]
    public async Task A_wrong_configuration_is_explained_completely_and_exits_78()
    {
        Write("relay.json", "{\n  \"hostnme\": \"x\",\n  \"smartHost\": \"uucp:relay\"\n}");
        (int code, string output) = await RelayProcess.RunAsync(
            Root, "serve", "--config", "relay.json", "--set", "retry.initial=x");
        Assert.Equal(78, code);
        Assert.Contains("the configuration has 3 errors:", output, StringComparison.Ordinal);
        Assert.Contains("relay.json:2: hostnme: unknown key; did you mean hostname?", output, StringComparison.Ordinal);
        Assert.Contains("relay.json:3: smartHost: \"uucp:relay\" is not valid", output, StringComparison.Ordinal);
        Assert.Contains("--set: retry.initial: \"x\" is not valid", output, StringComparison.Ordinal);

        Write("relay.json", Configuration(null));
        Write("tables/access", "a.b.c.d.e NO\n1.2.3.256 RELAY\n");
        Assert.Equal(78, (await RelayProcess.RunAsync(Root, "serve", "--config", "relay.json")).ExitCode);
        (code, output) = await RelayProcess.RunAsync(Root, "check", "--config", "relay.json");
        Assert.Equal(78, code);
        Assert.Contains("the set of tables has 2 errors:", output, StringComparison.Ordinal);
        Write("tables/access", string.Empty);
        (code, output) = await RelayProcess.RunAsync(Root, "check", "--config", "relay.json");
        Assert.Equal(0, code);
        Assert.StartsWith("relay.json: ok", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serve", "--nonsense")]
    [InlineData("nonsense")]
    [InlineData("queue", "show")]
    [InlineData("demo", "--seconds", "0")]
    public async Task A_wrong_command_line_exits_64(params string[] arguments) =>
        Assert.Equal(64, (await RelayProcess.RunAsync(Root, arguments)).ExitCode);

    [Fact]
    public async Task A_taken_address_and_a_taken_queue_are_explained()
    {
        Write("relay.json", Configuration(null));
        await using RelayProcess relay = RelayProcess.Start(Root, "serve", "--config", "relay.json");
        int port = await relay.WaitForPortAsync();
        (int code, string output) = await RelayProcess.RunAsync(
            Root, "serve", "--listen", $"127.0.0.1:{port}", "--queue", "null", "--admin-socket", string.Empty);
        Assert.Equal(69, code);
        Assert.Contains("in use", output, StringComparison.OrdinalIgnoreCase);
        (code, _) = await RelayProcess.RunAsync(
            Root, "serve", "--config", "relay.json", "--admin-socket", string.Empty);
        Assert.Equal(74, code);
    }

    [Fact]
    public async Task The_demo_loses_nothing()
    {
        (int code, string output) = await RelayProcess.RunAsync(
            Root, "demo", "--seconds", "1", "--sessions", "4", "--messages", "200");
        Assert.True(code == 0, output);
        Assert.Contains("exactly once", output, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static string Configuration(int? nextHopPort) => $$"""
        {
          "hostname": "relay.test",
          "listeners": [ { "endpoint": "127.0.0.1:0" } ],
          "queue": { "directory": "queue", "segmentSize": "4M" },
          "tables": { "directory": "{{(nextHopPort is null ? "tables" : string.Empty)}}" },
          "access": { "acceptUnresolvableDomains": true, "resolveClients": false },
          "smartHost": "{{$"smtp:[127.0.0.1]:{nextHopPort ?? 1}"}}",
          "retry": { "initial": "10m" },
          "stopTimeout": "1s",
          "admin": { "socket": "admin.sock" }
        }
        """;

    /// <summary>A stop that waits longer than any test.</summary>
    private static string PatientConfiguration() =>
        Configuration(null).Replace("\"1s\"", "\"10m\"", StringComparison.Ordinal);

    private static async Task BeginAsync(SmtpDialogue client)
    {
        await client.SayAsync("EHLO client.example");
        await client.SayAsync("MAIL FROM:<a@b.example>");
        Assert.StartsWith("250", await client.SayAsync("RCPT TO:<c@d.example>"), StringComparison.Ordinal);
    }

    private Task<(int ExitCode, string Output)> Queue(params string[] arguments) =>
        RelayProcess.RunAsync(Root, ["queue", .. arguments, "--config", "relay.json"]);

    private void Write(string file, string content)
    {
        Directory.CreateDirectory(Path.Combine(Root, "tables"));
        File.WriteAllText(Path.Combine(Root, file), content);
    }
}
