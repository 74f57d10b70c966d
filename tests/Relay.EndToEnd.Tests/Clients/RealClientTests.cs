using System.Globalization;
using System.Text.Json;

namespace Relay.EndToEnd.Tests.Clients;

/// <summary>
/// The clients that administrators have (swaks, curl, msmtp, smtp-source) hand mail to the real program, and smtp-sink
/// or the verifying sink takes it. Each skips, saying why, where its program is missing.
/// </summary>
public class RealClientTests
{
    private const string Message = "From: a@example.com\nTo: b@example.org\nSubject: hello\n\n.a line with a dot\n..two\nlast\n";

    [Fact]
    public async Task Swaks_hands_over_a_message_and_it_arrives_as_it_was()
    {
        Tool.Require("swaks");
        await DeliverAsync(async port => await Tool.RunAsync(Tool.Find("swaks")!, [
            "--server", $"127.0.0.1:{port}", "--from", "a@example.com", "--to", "b@example.org", "--data", "-"], Message));
    }

    [Fact]
    public async Task Swaks_hands_over_a_message_with_pipelining()
    {
        Tool.Require("swaks");
        await DeliverAsync(async port => await Tool.RunAsync(Tool.Find("swaks")!, [
            "--server", $"127.0.0.1:{port}", "--from", "a@example.com", "--to", "b@example.org", "--pipeline",
            "--data", "-"], Message));
    }

    [Fact]
    public async Task Curl_hands_over_a_message_and_it_arrives_as_it_was()
    {
        Tool.Require("curl");
        await DeliverAsync(async port => await Tool.RunAsync(Tool.Find("curl")!, [
            "--silent", "--show-error", $"smtp://127.0.0.1:{port}", "--mail-from", "a@example.com", "--mail-rcpt",
            "b@example.org", "--crlf", "--upload-file", "-"], Message));
    }

    [Fact]
    public async Task Msmtp_hands_over_a_message_and_it_arrives_as_it_was()
    {
        Tool.Require("msmtp");
        await DeliverAsync(async port => await Tool.RunAsync(Tool.Find("msmtp")!, [
            "--host=127.0.0.1", $"--port={port}", "--from=a@example.com", "b@example.org"], Message));
    }

    [Fact]
    public async Task Smtp_source_sends_a_thousand_messages_and_smtp_sink_takes_them()
    {
        Tool.Require(Tool.SmtpSource, Tool.SmtpSink);
        using var workspace = new Workspace();
        int sinkPort = Workspace.FreePort();
        await using var sink = RunningProgram.Start(
            Tool.SmtpSink, "-u", Environment.UserName, "-M", "1000", $"127.0.0.1:{sinkPort}", "128");
        await using var relay = new RelayUnderTest(workspace, sinkPort);
        await relay.StartAsync();
        ToolResult sent = await Tool.RunAsync(Tool.SmtpSource, [
            "-s", "10", "-m", "1000", "-l", "2048", "-d", "-f", "a@example.com", "-t", "b@example.org",
            $"127.0.0.1:{relay.Port}"]);
        Assert.True(sent.ExitCode == 0, sent.ToString());
        Assert.Equal(0, await sink.WaitForExitAsync()); // it ends after a thousand
    }

    [Fact]
    public async Task A_large_load_of_all_shapes_arrives_intact_exactly_once()
    {
        using var workspace = new Workspace();
        string ledger = workspace.PathOf("ledger");
        await using VerifyingSink sink = await VerifyingSink.StartAsync(workspace, ledger);
        await using var relay = new RelayUnderTest(workspace, sink.Port);
        await relay.StartAsync();
        ToolResult sent = await Tool.RunAsync(Tool.Load, [
            "source", $"127.0.0.1:{relay.Port}", "--sessions", "20", "--messages", "3000", "--reuse", "--recipients", "3",
            "--length", "10*5,1k*60,70k*25,400k*9,5m*1", "--8bit", "--ledger", ledger, "--quiet"]);
        Assert.True(sent.ExitCode == 0, sent.ToString());
        await WaitUntilEmptyAsync(relay);
        JsonElement found = await sink.FinishAsync();
        Assert.Equal(3000, found.GetProperty("messages").GetInt64());
        Assert.Equal(0, found.GetProperty("lost").GetInt64());
        Assert.Equal(0, found.GetProperty("duplicated").GetInt64());
        Assert.Equal(0, found.GetProperty("corrupted").GetInt64());
    }

    [Fact]
    public async Task A_stranger_may_not_relay()
    {
        Tool.Require("swaks");
        using var workspace = new Workspace();
        await using var relay = new RelayUnderTest(workspace, Workspace.FreePort());
        await relay.StartAsync();
        ToolResult refused = await Tool.RunAsync(Tool.Find("swaks")!, [
            "--server", $"127.0.0.1:{relay.Port}", "--local-interface", "127.0.0.2", "--from", "a@example.com",
            "--to", "b@example.org", "--body", "x"]);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("550 5.7.1 <b@example.org>... Relaying denied", refused.Output, StringComparison.Ordinal);
    }

    /// <summary>
    /// One message by a client; the sink must get its lines, unstuffed, and the relay must be empty after it.
    /// </summary>
    private static async Task DeliverAsync(Func<string, Task<ToolResult>> send)
    {
        Tool.Require(Tool.SmtpSink);
        using var workspace = new Workspace();
        int sinkPort = Workspace.FreePort();
        string template = workspace.PathOf("got.%H%M%S.");
        await using var sink = RunningProgram.Start(
            Tool.SmtpSink, "-u", Environment.UserName, "-M", "1", "-d", template, $"127.0.0.1:{sinkPort}", "128");
        await using var relay = new RelayUnderTest(workspace, sinkPort);
        await relay.StartAsync();
        ToolResult sent = await send(relay.Port.ToString(CultureInfo.InvariantCulture));
        Assert.True(sent.ExitCode == 0, sent.ToString());
        Assert.Equal(0, await sink.WaitForExitAsync());
        string got = await File.ReadAllTextAsync(Directory.GetFiles(workspace.Root, "got.*").Single());
        Assert.Contains("\n.a line with a dot\n..two\nlast\n", got.Replace("\r\n", "\n", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("by relay.test", got, StringComparison.Ordinal);
    }

    private static Task WaitUntilEmptyAsync(RelayUnderTest relay) => Poll.UntilAsync(
        relay.IsEmptyAsync, TimeSpan.FromMinutes(2), () => $"the queue did not empty\n{relay.Program.Output}");
}
