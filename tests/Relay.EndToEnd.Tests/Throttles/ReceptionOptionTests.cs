namespace Relay.EndToEnd.Tests.Throttles;

/// <summary>Options of reception, from the command line through the whole program to a client.</summary>
public class ReceptionOptionTests
{
    [Fact]
    public async Task Greeting_privacy_options_and_recipient_throttle_count_in_the_whole_program()
    {
        Tool.Require("swaks");
        using var workspace = new Workspace();
        await using var relay = new RelayUnderTest(workspace, Workspace.FreePort()) // accepted mail may wait
        {
            Settings =
            [
                "server.greeting=$j Sendmail $b", "server.privacy=authwarnings,novrfy,noexpn,noverb,noetrn",
                "server.badRecipientThrottle=1",
            ],
        };
        await relay.StartAsync();
        long start = TimeProvider.System.GetTimestamp();

        ToolResult sent = await Tool.RunAsync(Tool.Find("swaks")!, [
            "--server", $"127.0.0.1:{relay.Port}", "--from", "a@example.com", "--to", "nobody,b@example.org"]);

        Assert.True(sent.ExitCode == 0, sent.ToString());
        Assert.Matches(@"220 relay\.test ESMTP Sendmail \w{3}, \d{1,2} \w{3} \d{4} ", sent.Output);
        Assert.DoesNotContain("ETRN", sent.Output, StringComparison.Ordinal);
        Assert.Contains("550 5.1.1 <nobody>... User unknown", sent.Output, StringComparison.Ordinal);
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 1, 90);
    }
}
