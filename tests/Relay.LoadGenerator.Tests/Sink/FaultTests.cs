using System.Text;
using Relay.LoadGenerator.Sink;

namespace Relay.LoadGenerator.Tests.Sink;

public class FaultTests
{
    [Theory]
    [InlineData("mail:450", "450 4.3.0 Fault on demand\r\n", false)]
    [InlineData("rcpt:550 5.1.1 Nobody here:0.5", "550 5.1.1 Nobody here\r\n", false)]
    [InlineData("data:421", "421 4.3.0 Fault on demand\r\n", true)]
    [InlineData("banner:554:x2", "554 5.3.0 Fault on demand\r\n", true)]
    public void A_code_at_a_stage_is_a_negative_reply(string text, string reply, bool closes)
    {
        Fault fault = Fault.Parse(text);
        Assert.Equal(FaultAction.Reply, fault.Action);
        Assert.Equal(reply, Encoding.ASCII.GetString(fault.Reply));
        Assert.Equal(closes, fault.ClosesConnection);
    }

    [Fact]
    public void Other_actions_name_the_stage_behind_an_at_sign()
    {
        Assert.Equal((FaultAction.Drop, FaultStage.Dot), Place("drop@dot"));
        Assert.Equal((FaultAction.Reset, FaultStage.Content), Place("reset@content:0.1"));
        Assert.Equal((FaultAction.Vanish, FaultStage.Dot), Place("vanish@dot:x1"));
        Assert.Equal((FaultAction.Slow, FaultStage.Quit), Place("slow@quit:2s"));
        Assert.Equal((FaultAction.Slow, null), Place("slow:100ms"));
        Assert.Equal(TimeSpan.FromMilliseconds(100), Fault.Parse("slow:100ms").Delay);
        Assert.Equal("bad@x"u8.ToArray(), Fault.Parse("rcpt/bad@x:550").Match);
    }

    [Theory]
    [InlineData("")]
    [InlineData("mail")]
    [InlineData("mail:250")]
    [InlineData("mail:4x0")]
    [InlineData("mail:45")]
    [InlineData("mail:4500")]
    [InlineData("mail:450:2")]
    [InlineData("mail:450:-1")]
    [InlineData("mail:450:x")]
    [InlineData("mail:450:0.1:0.1")]
    [InlineData("nowhere:450")]
    [InlineData("3:450")]
    [InlineData("count:450")]
    [InlineData("drop")]
    [InlineData("drop@nowhere")]
    [InlineData("vanish@mail")]
    [InlineData("content:450")]
    [InlineData("slow@content:1s")]
    [InlineData("slow:soon")]
    public void Nonsense_is_refused(string text)
    {
        Assert.ThrowsAny<FormatException>(() => Fault.Parse(text));
    }

    [Fact]
    public void The_same_seed_strikes_the_same_events_at_about_the_asked_rate()
    {
        bool[] first = Strikes("mail:450:0.1", seed: 1);
        Assert.Equal(first, Strikes("mail:450:0.1", seed: 1));
        Assert.NotEqual(first, Strikes("mail:450:0.1", seed: 2));
        Assert.InRange(first.Count(struck => struck), 900, 1100);
    }

    [Fact]
    public void A_count_strikes_the_first_events_only()
    {
        bool[] strikes = Strikes("mail:450:x3", seed: 1);
        Assert.Equal(3, strikes.Count(struck => struck));
        Assert.True(strikes[0] && strikes[1] && strikes[2]);
    }

    [Fact]
    public void A_text_strikes_only_commands_that_hold_it_and_other_stages_are_left_alone()
    {
        var plan = new FaultPlan([Fault.Parse("rcpt/bad:550"), Fault.Parse("slow@dot:1s")], seed: 1);
        Assert.Null(plan.At(FaultStage.Rcpt, "RCPT TO:<good@x>"u8));
        Assert.NotNull(plan.At(FaultStage.Rcpt, "RCPT TO:<bad@x>"u8));
        Assert.Null(plan.At(FaultStage.Mail, "MAIL FROM:<bad@x>"u8));
        Assert.Null(plan.At(FaultStage.Dot, []));
        Assert.Equal(TimeSpan.FromSeconds(1), plan.DelayAt(FaultStage.Dot, []));
        Assert.Equal(TimeSpan.Zero, plan.DelayAt(FaultStage.Rcpt, "RCPT TO:<bad@x>"u8));
        Assert.Equal([1, 1], plan.Struck);
    }

    private static (FaultAction Action, FaultStage? Stage) Place(string text)
    {
        Fault fault = Fault.Parse(text);
        return (fault.Action, fault.Stage);
    }

    private static bool[] Strikes(string fault, ulong seed)
    {
        var plan = new FaultPlan([Fault.Parse(fault)], seed);
        return [.. Enumerable.Range(0, 10_000).Select(_ => plan.At(FaultStage.Mail, "MAIL FROM:<>"u8) is not null)];
    }
}
