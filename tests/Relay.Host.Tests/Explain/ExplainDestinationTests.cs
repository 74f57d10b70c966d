using System.Text.Json;
using Relay.Host.Tests.Commands;
using Relay.Host.Tests.Tables;

namespace Relay.Host.Tests.Explain;

/// <summary><c>relay explain --destination</c>: each limit with its value and the place it was written at.</summary>
public sealed class ExplainDestinationTests : IDisposable
{
    private readonly TableFolder _folder = new();

    public ExplainDestinationTests()
    {
        _folder.With("mailertable", "routed.example smtp:[192.0.2.1]:2525\n");
        File.WriteAllText(Path.Combine(_folder.Root, "relay.json"), """
            {
              "hostname": "relay.example",
              "destinations": [
                { "match": "*", "rate": "100/s" },
                { "match": "mx:*.big.example", "connections": 7 },
                { "match": [ "[192.0.2.1]", "own.example" ], "connections": 2, "sources": "192.0.2.9" }
              ],
              "replyRules": [
                { "match": "[192.0.2.1]", "code": "45x", "text": "busy", "action": "suspend 10m", "note": "they asked" }
              ]
            }
            """);
    }

    [Fact]
    public async Task Each_limit_comes_with_the_rule_that_sets_it_or_the_default()
    {
        string[] lines = (await ExplainAsync("routed.example")).Split('\n');
        Assert.Equal("smtp:[192.0.2.1]:2525", lines[0]);
        Assert.Contains(lines, static l => l.StartsWith("  host ", StringComparison.Ordinal)
            && l.EndsWith(" 192.0.2.1:2525, preference 0", StringComparison.Ordinal));
        AssertLimit(lines, "connections", "2", "relay.json:6 (destinations[2]), match \"[192.0.2.1]\")");
        AssertLimit(lines, "rate", "100/s", "relay.json:4 (destinations[0]), match \"*\")");
        AssertLimit(lines, "sources", "192.0.2.9 1", "match \"[192.0.2.1]\")");
        AssertLimit(lines, "messagesPerConnection", "without limit", "(default (delivery.messagesPerConnectionMax))");
        AssertLimit(lines, "connectRate", "without limit", "(default)");
        int rule = Array.FindIndex(
            lines, static l => l.StartsWith("  45x \"busy\" => suspend 10m  (", StringComparison.Ordinal));
        Assert.Equal("      they asked", lines[rule + 1]);
        Assert.Contains(lines, static l => l.Contains("default rule greylisting", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, static l => l.Contains("default rule gmail", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_site_by_its_name_gets_the_rules_of_its_best_hosts()
    {
        string[] lines = (await ExplainAsync("mx:mx1.big.example,mx2.other.example:mx3.other.example")).Split('\n');
        AssertLimit(lines, "connections", "7", "match \"mx:*.big.example\")");
        lines = (await ExplainAsync("mx:mx2.other.example:mx1.big.example")).Split('\n');
        AssertLimit(lines, "connections", "20", "delivery.connectionsPerDestinationMax))");
        Assert.Contains(
            "default rule gmail.28", await ExplainAsync("mx:gmail-smtp-in.l.google.com"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_dns_the_rules_for_a_domain_are_known_and_those_for_hosts_are_not()
    {
        string[] lines = (await ExplainAsync("own.example", "--offline")).Split('\n');
        Assert.Equal("mx:own.example#own.example", lines[0]);
        Assert.Contains(lines, static l => l.Contains("not known, so no rule for mail hosts", StringComparison.Ordinal));
        AssertLimit(lines, "connections", "2", "match \"own.example\")");
    }

    [Fact]
    public async Task The_same_is_to_be_had_as_json()
    {
        using JsonDocument json = JsonDocument.Parse(await ExplainAsync("routed.example", "--json"));
        JsonElement root = json.RootElement;
        Assert.Equal("smtp:[192.0.2.1]:2525", root.GetProperty("destination").GetString());
        JsonElement limit = root.GetProperty("limits").EnumerateArray().First();
        Assert.Equal(
            ("connections", "2"), (limit.GetProperty("limit").GetString(), limit.GetProperty("value").GetString()));
        JsonElement rule = root.GetProperty("replyRules").EnumerateArray().First();
        Assert.Equal("suspend 10m", rule.GetProperty("action").GetString());
    }

    [Fact]
    public async Task What_is_no_destination_is_said()
    {
        Assert.Contains(
            " is no destination: Error 550 5.1.1 ", await ExplainAsync("relay.example"), StringComparison.Ordinal);
        (int code, string output) = await RunAsync("no..name");
        Assert.Equal(64, code);
        Assert.Contains("\"no..name\" is neither a domain nor a destination", output, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertLimit(string[] lines, string name, string value, string origin)
    {
        string line = Assert.Single(lines, l => l.StartsWith($"  {name} ", StringComparison.Ordinal));
        Assert.StartsWith(value + "  (", line[2..][name.Length..].TrimStart(), StringComparison.Ordinal);
        Assert.EndsWith(origin, line, StringComparison.Ordinal);
    }

    private async Task<string> ExplainAsync(string destination, params string[] arguments)
    {
        (int code, string output) = await RunAsync(destination, arguments);
        Assert.True(code == 0, output);
        return output;
    }

    private Task<(int ExitCode, string Output)> RunAsync(string destination, params string[] arguments) =>
        RelayProcess.RunAsync(
            _folder.Root,
            ["explain", "--config", "relay.json", "--tables", _folder.Root, "--destination", destination, .. arguments]);
}
