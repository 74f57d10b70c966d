using System.Text.Json;
using Relay.Host.Tests.Commands;
using Relay.Host.Tests.Tables;

namespace Relay.Host.Tests.Explain;

/// <summary>Why the relay answers as it does, from the files alone.</summary>
public class ExplainCommandTests
{
    private static TableFolder Folder { get; } = new TableFolder()
        .With("access", "# access\nTo:hosted.example RELAY\nConnect:192.0.2.66 REJECT\nFrom:bad.example 550 no thanks\n"
            + "Srv_Features:192.0.2.77 l\n")
        .With("mailertable", "hosted.example smtp:[198.51.100.1]\n")
        .With("aliases", "list: a@hosted.example, b@far.example\nowner-list: boss@far.example\npostmaster: list\n")
        .With("virtusertable", "@relay.example error:nouser No such user here\ninfo@relay.example list\n");

    [Fact]
    public async Task Every_rule_is_named_in_order_with_key_file_line_and_the_reply()
    {
        string output = await ExplainAsync("--ip", "192.0.2.7", "--from", "u@far.example", "--to", "x@hosted.example");
        int relay = output.IndexOf("check_relay", StringComparison.Ordinal);
        int mail = output.IndexOf("check_mail", StringComparison.Ordinal);
        int rcpt = output.IndexOf("check_rcpt", StringComparison.Ordinal);
        Assert.True(relay > 0 && relay < mail && mail < rcpt, output);
        Assert.Contains(
            $"access To: \"hosted.example\": to:hosted.example -> RELAY  ({Folder.Root}/access:2)",
            output,
            StringComparison.Ordinal);
        Assert.Contains("x@hosted.example goes to smtp:[198.51.100.1]:25", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_the_reply_that_the_client_would_get()
    {
        string denied = await ExplainAsync("--ip", "192.0.2.7", "--from", "u@far.example", "--to", "x@far.example");
        Assert.Contains(
            "=> 550 5.7.1 <x@far.example>... Relaying denied. IP name lookup failed [192.0.2.7]",
            denied,
            StringComparison.Ordinal);
        string rejected = await ExplainAsync("--ip", "192.0.2.66", "--to", "x@far.example");
        Assert.Contains("=> 550 5.7.1 Access denied", rejected, StringComparison.Ordinal);
        Assert.DoesNotContain("RCPT", rejected, StringComparison.Ordinal);
        string sender = await ExplainAsync("--from", "u@bad.example", "--to", "x@far.example");
        Assert.Contains("=> 550 5.0.0 <u@bad.example>... no thanks", sender, StringComparison.Ordinal);
        string unknown = await ExplainAsync("--to", "nobody@relay.example");
        Assert.Contains(
            "=> 553 5.3.0 <nobody@relay.example>... No such user here", unknown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_must_authenticate_is_told_so_at_MAIL()
    {
        string output = await ExplainAsync("--ip", "192.0.2.77", "--from", "u@far.example", "--to", "x@hosted.example");
        Assert.Contains(
            $"srv_features:192.0.2.77 -> l  ({Folder.Root}/access:5)", output, StringComparison.Ordinal);
        Assert.Contains("=> 530 5.7.0 Authentication required", output, StringComparison.Ordinal);
        Assert.DoesNotContain("RCPT", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_shows_its_members_their_routes_and_their_reverse_path()
    {
        string output = await ExplainAsync("--to", "info@relay.example", "--from", "u@far.example");
        Assert.Contains(
            "a@hosted.example goes to smtp:[198.51.100.1]:25, from boss@far.example", output, StringComparison.Ordinal);
        Assert.Contains(
            "b@far.example goes to mx:far.example, from boss@far.example", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Helo_is_accepted_whatever_the_name_and_shown_in_the_trace_field()
    {
        string output = await ExplainAsync(
            "--ip", "192.0.2.7", "--helo", "any.example", "--from", "u@far.example", "--to", "x@hosted.example");
        int relay = output.IndexOf("check_relay", StringComparison.Ordinal);
        int hello = output.IndexOf("EHLO any.example", StringComparison.Ordinal);
        int mail = output.IndexOf("MAIL FROM", StringComparison.Ordinal);
        Assert.True(relay > 0 && relay < hello && hello < mail, output);
        Assert.Contains("no table is asked for it", output, StringComparison.Ordinal);
        Assert.Contains("Received: from any.example ([192.0.2.7])", output, StringComparison.Ordinal);
        Assert.Contains("RCPT TO:<x@hosted.example>", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("two words", "=> 501 ")]
    [InlineData("[192.0.2.7", "=> 501 ")]
    public async Task Helo_that_is_no_domain_and_no_literal_is_refused_and_nothing_comes_behind(
        string name, string reply)
    {
        string output = await ExplainAsync("--ip", "192.0.2.7", "--helo", name, "--to", "x@hosted.example");
        Assert.Contains(reply, output, StringComparison.Ordinal);
        Assert.DoesNotContain("MAIL FROM", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("server.requireHello=true", "=> 503 5.0.0 Polite people say HELO first")]
    [InlineData("server.requireHello=false", "didn't use HELO protocol")]
    [InlineData("server.requireHello=false;server.privacy=needmailhelo", "=> 503 5.0.0 Polite people say HELO first")]
    [InlineData("server.requireHello=false;server.privacy=public", "is not required")]
    public async Task Without_helo_MAIL_is_refused_marked_or_taken_as_the_options_say(string options, string expected)
    {
        string[] sets = [.. options.Split(';').SelectMany(static option => (string[])["--set", option])];
        string output = await ExplainAsync(["--ip", "192.0.2.7", "--helo", "", "--to", "x@hosted.example", .. sets]);
        Assert.Contains(expected, output, StringComparison.Ordinal);
        Assert.Equal(
            !expected.Contains("503", StringComparison.Ordinal), output.Contains("RCPT", StringComparison.Ordinal));
        Assert.Equal(
            expected.Contains("didn't", StringComparison.Ordinal),
            output.Contains("X-Authentication-Warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Json_has_the_same()
    {
        string output = await ExplainAsync("--ip", "192.0.2.7", "--to", "x@hosted.example", "--json");
        using JsonDocument document = JsonDocument.Parse(
            output.Split('\n').Single(static line => line.StartsWith('['))); // warnings are on standard error
        JsonElement rcpt = document.RootElement[2];
        Assert.Equal("RCPT TO:<x@hosted.example>", rcpt.GetProperty("command").GetString());
        Assert.Equal("accepted", rcpt.GetProperty("outcome").GetString());
        Assert.Contains(
            rcpt.GetProperty("rules").EnumerateArray(),
            r => r.GetProperty("place").GetString() == $"{Folder.Root}/access:2");
    }

    private static async Task<string> ExplainAsync(params string[] arguments)
    {
        (int code, string output) = await RelayProcess.RunAsync(
            Folder.Root,
            ["explain", "--hostname", "relay.example", "--tables", Folder.Root, "--offline", .. arguments]);
        Assert.Equal(0, code);
        return output;
    }
}
