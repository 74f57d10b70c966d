using System.Text;
using Relay.Queue;
using Relay.Testing;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests;

/// <summary>BDAT (RFC 3030) where offered, by option, with a way back to DATA.</summary>
public sealed class ChunkingTests
{
    private static readonly DeliveryOptions _chunking = new()
    {
        HostName = "relay.test",
        UseChunking = true,
        ConnectionsPerDestinationMax = 1,
    };

    [Theory]
    [InlineData("Subject: x\r\n\r\nplain\r\n", "Subject: x\r\n\r\nplain\r\n")]
    [InlineData("..a\r\n\r\n...\r\n.b\r\n", ".a\r\n\r\n..\r\nb\r\n")]
    [InlineData("", "")]
    public async Task Content_goes_as_one_chunk_without_stuffed_dots(string wire, string content)
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(_chunking);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        await harness.SubmitAsync("user@a.test", wire, change: request =>
        {
            request.StuffedDotCount = wire.Length - content.Length;
            request.Flags = wire.Length > content.Length ? Relay.Smtp.ContentFlags.StuffedDots : default;
        });
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();

        Assert.Equal(RecipientStatus.Delivered, completion.Only.Status);
        Assert.Equal(content, Encoding.UTF8.GetString(Assert.Single(exchanger.Mails).Wire));
        Assert.Contains($"1: BDAT {content.Length} LAST", exchanger.Lines);
    }

    [Fact]
    public async Task Refused_bdat_falls_back_to_data_for_good()
    {
        await using var exchanger = new ScriptedMailExchanger(static line =>
            line.StartsWith("BDAT", StringComparison.Ordinal) ? "502 5.5.1 what<then cut>" : null);
        await using var harness = new DeliveryHarness(_chunking);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        RecordingQueue.Completion one = await harness.SendAsync("user@a.test");
        RecordingQueue.Completion two = await harness.SendAsync("user@a.test");

        Assert.Equal(RecipientStatus.Delivered, one.Only.Status);
        Assert.Equal(RecipientStatus.Delivered, two.Only.Status);
        Assert.Single(exchanger.Lines, static l => l.Contains("BDAT", StringComparison.Ordinal));
        Assert.Equal([2, 2], exchanger.Mails.Select(static m => m.Connection));
    }

    [Fact]
    public async Task Data_is_used_where_chunking_is_not_offered()
    {
        await using var exchanger = new ScriptedMailExchanger { Offer = "250-mx.test\r\n250 PIPELINING" };
        await using var harness = new DeliveryHarness(_chunking);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        Assert.Equal(RecipientStatus.Delivered, (await harness.SendAsync("user@a.test")).Only.Status);
        Assert.Contains("1: DATA", exchanger.Lines);
    }

    [Fact]
    public async Task Refused_content_bounces_and_the_session_goes_on()
    {
        int contents = 0;
        await using var exchanger = new ScriptedMailExchanger(line =>
            line == EndOfData && ++contents == 1 ? "550 5.6.0 refused" : null);
        await using var harness = new DeliveryHarness(_chunking);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        await harness.SubmitAsync("user@a.test", reversePath: string.Empty);
        Assert.Equal(RecipientStatus.Bounced, (await harness.Queue.NextAsync()).Only.Status);
        Assert.Equal(RecipientStatus.Delivered, (await harness.SendAsync("user@a.test")).Only.Status);
        Assert.Equal(1, exchanger.Connections);
        Assert.Contains("1: RSET", exchanger.Lines);
    }
}
