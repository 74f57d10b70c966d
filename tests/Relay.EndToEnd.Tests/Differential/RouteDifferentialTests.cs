using System.Net;
using System.Text.Json;

namespace Relay.EndToEnd.Tests.Differential;

/// <summary>
/// Mail goes where Sendmail would send it: <c>sendmail -bv</c> and <c>relay explain</c> over the same tables. What
/// Sendmail says is recorded in the scenarios' <c>routes</c>; <c>RELAY_RECORD_ANSWERS=1</c> writes them anew.
/// </summary>
[Collection(SendmailFixture.Name)]
public class RouteDifferentialTests(SendmailFixture fixture)
{
    public static IEnumerable<TheoryDataRow<string>> Scenarios() =>
        Scenario.Names().Select(n => new TheoryDataRow<string>(n));

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Sendmail_still_routes_each_recipient_as_recorded(string name)
    {
        fixture.Require();
        Scenario scenario = Scenario.Load(name);
        await using Sendmail sendmail = await Sendmail.StartAsync(scenario);
        var answers = new List<(string, string[])>();
        foreach (string recipient in RouteAnswers.Recipients(scenario))
        {
            answers.Add((recipient, RouteAnswers.OfSendmail(await sendmail.VerifyAsync(recipient))));
        }

        string text = RouteAnswers.Format(answers);
        if (Environment.GetEnvironmentVariable("RELAY_RECORD_ANSWERS") == "1")
        {
            await File.WriteAllTextAsync(
                Path.Combine(scenario.Folder, "routes"), text, TestContext.Current.CancellationToken);
        }

        Assert.Equal(scenario.Read("routes"), text);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task The_relay_sends_mail_where_Sendmail_does_but_for_the_known_differences(string name)
    {
        Scenario scenario = Scenario.Load(name);
        Dictionary<string, string[]> recorded = RouteAnswers.Parse(scenario.Read("routes"));
        Dictionary<string, string[]> known = RouteAnswers.Parse(scenario.Read("routes.known"));
        Dictionary<string, string[]> answers = await AskAsync(scenario);
        string[] differences =
        [
            .. from recipient in recorded.Keys
               where answers.ContainsKey(recipient)
               let expected = known.GetValueOrDefault(recipient, recorded[recipient])
               where !answers[recipient].SequenceEqual(expected)
               select $"{recipient}\n  expected {string.Join(" | ", expected)}\n"
                   + $"  relay    {string.Join(" | ", answers[recipient])}",
        ];
        Assert.True(differences.Length == 0, $"{name}:\n{string.Join('\n', differences)}");
        Assert.All(known, k => Assert.True(answers.ContainsKey(k.Key), $"{k.Key} is not asked for: strike it out"));
        Assert.DoesNotContain(known, k => recorded[k.Key].SequenceEqual(k.Value));
    }

    /// <summary>The answers for the recipients whose route was asked for: no check refused them before.</summary>
    private static async Task<Dictionary<string, string[]>> AskAsync(Scenario scenario)
    {
        using var workspace = new Workspace();
        await using var names = new ZoneServer("127.0.0.1", 0);
        string configuration = ConfiguredRelay.Write(
            scenario,
            workspace,
            names.EndPoint,
            new IPEndPoint(IPAddress.Loopback, 0),
            new IPEndPoint(IPAddress.IPv6Loopback, 0));
        string[] recipients = RouteAnswers.Recipients(scenario);
        ToolResult told = await Tool.RunAsync(
            Tool.Relay,
            ["explain", "--json", "--config", configuration, "--ip", "127.0.0.1", "--from", "a@sender.example",
                .. recipients.SelectMany(static r => (string[])["--to", r])]);
        Assert.True(told.ExitCode == 0, told.ToString());
        using JsonDocument stages = JsonDocument.Parse(told.Output);
        return stages.RootElement.EnumerateArray()
            .Where(static s => s.GetProperty("command").GetString()!.StartsWith("RCPT TO:<", StringComparison.Ordinal)
                && s.GetProperty("rules").EnumerateArray().Any(
                    static r => r.GetProperty("check").GetString() == "resolve"))
            .DistinctBy(static s => s.GetProperty("command").GetString()) // a last dot is not shown
            .ToDictionary(
                static s => s.GetProperty("command").GetString()!["RCPT TO:<".Length..^1],
                static s => RouteAnswers.OfRelay(
                    s.GetProperty("outcome").GetString()!,
                    s.GetProperty("destinations").EnumerateArray().Select(static d => d.GetString()!)),
                StringComparer.Ordinal);
    }
}
