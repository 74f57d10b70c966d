using System.Text;
using Relay.LoadGenerator.Messages;
using Relay.LoadGenerator.Source;

namespace Relay.LoadGenerator.Tests.Source;

public class SourcePartsTests
{
    [Theory]
    [InlineData("250 ok", 250, true)]
    [InlineData("250-more", 250, false)]
    [InlineData("354", 354, true)]
    [InlineData("599 x", 599, true)]
    public void Reply_lines_have_a_code_and_say_whether_they_are_last(string line, int code, bool isLast)
    {
        Assert.True(ReplyLine.TryParse(Encoding.ASCII.GetBytes(line), out int parsed, out bool last));
        Assert.Equal((code, isLast), (parsed, last));
    }

    [Theory]
    [InlineData("")]
    [InlineData("25")]
    [InlineData("150 x")]
    [InlineData("650 x")]
    [InlineData("2x0 x")]
    [InlineData("250x")]
    [InlineData("HTTP/1.1 200 OK")]
    public void Other_lines_are_no_replies(string line)
    {
        Assert.False(ReplyLine.TryParse(Encoding.ASCII.GetBytes(line), out _, out _));
    }

    [Fact]
    public void Expected_replies_come_back_in_order_with_runs_counted()
    {
        var expected = new ExpectedReplies();
        var order = new List<ReplyStage>();
        for (int round = 0; round < 40; round++)
        {
            ReplyStage[] added =
                [ReplyStage.Content, ReplyStage.Mail, ReplyStage.Rcpt, ReplyStage.Rcpt, ReplyStage.Data];
            Array.ForEach(added, expected.Add);
            Assert.True(expected.IsNext(ReplyStage.Content));
            order.Clear();
            while (!expected.IsEmpty)
            {
                order.Add(expected.Peek());
                expected.Take();
            }

            Assert.Equal(added, order);
        }

        Assert.False(expected.IsNext(ReplyStage.Content));
    }

    [Fact]
    public void A_stage_put_back_comes_before_all_others()
    {
        var expected = new ExpectedReplies();
        expected.Add(ReplyStage.Content);
        expected.Add(ReplyStage.Quit);
        expected.Take();
        expected.PutBack(ReplyStage.Content);
        Assert.Equal(ReplyStage.Content, expected.Peek());
        expected.Take();
        Assert.Equal(ReplyStage.Quit, expected.Peek());
    }

    [Theory]
    [InlineData("2048", 2048, 2048)]
    [InlineData("2k", 2048, 2048)]
    [InlineData("0", 0, 0)]
    [InlineData("1k..3K", 1024, 3072)]
    [InlineData("1m", 1 << 20, 1 << 20)]
    public void Sizes_stay_in_their_range_and_reach_its_ends(string text, long min, long max)
    {
        var sizes = SizeDistribution.Parse(text);
        long[] picked = [.. Enumerable.Range(0, 50_000).Select(i => sizes.Pick(1, (uint)i))];
        Assert.Equal(min, picked.Min());
        Assert.Equal(max, picked.Max());
        Assert.True(picked.SequenceEqual(Enumerable.Range(0, 50_000).Select(i => sizes.Pick(1, (uint)i))));
    }

    [Fact]
    public void Weights_decide_how_often_a_size_is_picked()
    {
        var sizes = SizeDistribution.Parse("10*70,20..29*25,30*5");
        long[] picked = [.. Enumerable.Range(0, 20_000).Select(i => sizes.Pick(3, (uint)i))];
        Assert.InRange(picked.Count(size => size == 10), 13_600, 14_400);
        Assert.InRange(picked.Count(size => size is >= 20 and < 30), 4_700, 5_300);
        Assert.InRange(picked.Count(size => size == 30), 850, 1_150);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("5..3")]
    [InlineData("1..2..3")]
    [InlineData("1*2*3")]
    [InlineData("-1")]
    [InlineData("4096m")]
    public void Nonsense_sizes_are_refused(string text)
    {
        Assert.ThrowsAny<FormatException>(() => SizeDistribution.Parse(text));
    }

    [Fact]
    public void A_ledger_reads_back_as_written_and_a_torn_end_is_left_out()
    {
        string path = Path.GetTempFileName();
        using (var ledger = new Ledger(path))
        {
            ledger.Write("0000000a-00000001 3\n0000000a-00000002 1\n"u8);
            ledger.Write("0000000a-000000"u8);
        }

        Assert.Equal([(new LoadId(10, 1), 3), (new LoadId(10, 2), 1)], Ledger.Read(path));
        File.WriteAllText(path, "0000000a-00000001 3\nnonsense\n");
        Assert.Throws<FormatException>(() => Ledger.Read(path).Count());
        File.Delete(path);
    }
}
