using System.Collections;
using Relay.Delivery;
using Relay.Delivery.Rules;
using Relay.Host.Options;
using Relay.Host.Running;

namespace Relay.Host.Tests.Options;

/// <summary>Rules about destinations and replies, as relay.json gives them.</summary>
public sealed class DestinationOptionsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("relay-destinations-");

    [Fact]
    public void Rules_about_destinations_are_read_with_the_place_they_stand_at()
    {
        DeliveryOptions options = Delivery("""
            {
              "destinations": [
                {
                  "match": [ "mx:*.mail.example", "example.org" ], "connections": 3, "messagesPerConnection": 50,
                  "recipientsPerTransaction": 10, "rate": "5/s, 100/min", "connectRate": "30/min",
                  "sources": "192.0.2.1 3, 192.0.2.2"
                },
                { "match": "*", "rate": "" }
              ]
            }
            """);
        Assert.Equal(2, options.DestinationRules.Count);
        DestinationRule rule = options.DestinationRules[0];
        Assert.Equal(["mx:*.mail.example", "example.org"], rule.Patterns.Select(static p => p.Text));
        Assert.Equal((3, 50, 10), (rule.Connections, rule.MessagesPerConnection, rule.RecipientsPerTransaction));
        Assert.Equal("5/s, 100/min", SendRate.Write(rule.Rates!));
        Assert.Equal("30/min", SendRate.Write(rule.ConnectRates!));
        Assert.Equal("192.0.2.1 3, 192.0.2.2 1", rule.Sources!.ToString());
        Assert.EndsWith("relay.json:3 (destinations[0])", rule.Origin, StringComparison.Ordinal);

        DestinationRule all = options.DestinationRules[1];
        Assert.Empty(all.Rates!);
        Assert.Null(all.Connections);
        Assert.Null(all.Sources);
        Assert.EndsWith("relay.json:8 (destinations[1])", all.Origin, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_about_replies_are_read_in_order()
    {
        DeliveryOptions options = Delivery("""
            {
              "replyRules": [
                {
                  "match": "example.org", "code": 421, "enhancedCode": "4.7.x", "text": "too much",
                  "action": "suspend 10m", "note": "they ask for it"
                },
                { "regex": "try (again )?later", "code": "4xx", "action": "next-mx" }
              ],
              "delivery": { "defaultReplyRules": false }
            }
            """);
        Assert.False(options.UseDefaultReplyRules);
        Assert.Equal(2, options.ReplyRules.Count);
        ReplyRule rule = options.ReplyRules[0];
        Assert.Equal((ReplyAction.Suspend, TimeSpan.FromMinutes(10)), (rule.Action, rule.Duration));
        Assert.True(rule.Code.Matches(421));
        Assert.False(rule.Code.Matches(422));
        Assert.True(rule.EnhancedCode.Matches(new(4, 7, 28)));
        Assert.Equal(("too much", "they ask for it"), (rule.Text, rule.Note));
        Assert.Equal(ReplyAction.NextHost, options.ReplyRules[1].Action);
        Assert.Matches(options.ReplyRules[1].Pattern!, "TRY LATER");
        Assert.Same(DestinationPattern.All, Assert.Single(options.ReplyRules[1].Patterns));
    }

    [Theory]
    [InlineData("{ \"destinations\": [ { \"connections\": 3 } ] }", "relay.json:1: destinations[0].match: is missing")]
    [InlineData("{ \"destinations\": [ { \"match\": \"a..b\" } ] }", "\"a..b\" is not valid; expected * for all")]
    [InlineData("{ \"destinations\": [ { \"match\": [] } ] }", "destinations[0].match")]
    [InlineData("{ \"destinations\": [ { \"match\": \"mx:*\" } ] }", "destinations[0].match: \"mx:*\" is not valid")]
    [InlineData("{ \"destinations\": [ \"a\" ] }", "destinations[0]: expected an object: { \"match\": \"example.org\"")]
    [InlineData("{ \"destinations\": { \"match\": \"a\" } }", "destinations.match: unknown key")]
    [InlineData("{ \"destinations\": [ { \"match\": \"*\", \"rate\": \"5/year\" } ] }", "expected rates such as 10/s")]
    [InlineData("{ \"destinations\": [ { \"match\": \"*\", \"rate\": \"5/s, 6/s\" } ] }", "destinations[0].rate")]
    [InlineData("{ \"destinations\": [ { \"match\": \"*\", \"conections\": 3 } ] }",
        "unknown key; did you mean destinations[].connections?")]
    [InlineData("{ \"destinations\": [ { \"match\": \"*\", \"sources\": \"10\" } ] }", "expected local IP addresses")]
    [InlineData("{ \"destinations\": [ { \"match\": \"*\", \"connections\": 0 } ] }", "expected a number from 1")]
    [InlineData("{ \"replyRules\": [ { \"code\": 421 } ] }", "replyRules[0].action: is missing; expected slow-down")]
    [InlineData("{ \"replyRules\": [ { \"action\": \"suspend\" } ] }", "expected slow-down, suspend with a duration")]
    [InlineData("{ \"replyRules\": [ { \"action\": \"suspend 8d\" } ] }", "expected slow-down")]
    [InlineData("{ \"replyRules\": [ { \"action\": \"bounce\", \"code\": 250 } ] }", "expected a reply code")]
    [InlineData("{ \"replyRules\": [ { \"action\": \"bounce\", \"enhancedCode\": \"2.0.0\" } ] }", "enhancedCode")]
    [InlineData("{ \"replyRules\": [ { \"action\": \"bounce\", \"regex\": \"(\" } ] }", "a regular expression")]
    [InlineData("{ \"replyRules\": [ { \"action\": \"bounce\", \"regex\": \"(a)\\\\1\" } ] }", "without back references")]
    public void Each_mistake_is_explained_with_its_place(string content, string expected)
    {
        Assert.Null(ConfigurationLoader.Load(
            Write(content), new Hashtable(), [], out IReadOnlyList<ConfigurationError> errors));
        Assert.Contains(errors, e => e.ToString().Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void A_change_of_the_rules_is_a_difference_that_a_reload_takes_over()
    {
        RelaySettings before = Load("""{ "destinations": [ { "match": "a.test", "connections": 3 } ] }""");
        RelaySettings same = Load("""
            {
              // moved
              "destinations": [ { "match": "a.test", "connections": 3 } ]
            }
            """);
        RelaySettings other = Load("""{ "destinations": [ { "match": "a.test", "connections": 4 } ] }""");
        Assert.Empty(before.Differences(same));
        string path = Assert.Single(before.Differences(other));
        Assert.Equal("destinations", path);
        Assert.True(ReloadableKeys.Contains(path));
        Assert.True(ReloadableKeys.Contains("replyRules"));
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private DeliveryOptions Delivery(string content) => FloorOptions.ToDelivery(Load(content));

    private RelaySettings Load(string content)
    {
        RelaySettings? settings = ConfigurationLoader.Load(
            Write(content), new Hashtable(), [], out IReadOnlyList<ConfigurationError> errors);
        Assert.Empty(errors);
        return settings!;
    }

    private string Write(string content)
    {
        string path = Path.Combine(_directory.FullName, "relay.json");
        File.WriteAllText(path, content);
        return path;
    }
}
