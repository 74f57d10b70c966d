using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Relay.Queue;
using Relay.Smtp;
using Relay.Testing;

namespace Relay.Delivery.Tests;

/// <summary>Content leaves octet for octet, whatever its size (RFC 5321 §4.5.2).</summary>
public sealed class ContentTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(16 * 1024)]
    [InlineData((64 * 1024) - 3)]
    [InlineData((64 * 1024) + 1)]
    [InlineData(5_000_000)]
    public async Task Content_of_any_size_arrives_unchanged(int size)
    {
        foreach (bool chunking in (bool[])[false, true])
        {
            await using var exchanger = new ScriptedMailExchanger();
            await using var harness = new DeliveryHarness(
                new DeliveryOptions { HostName = "relay.test", UseChunking = chunking });
            harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
            byte[] wire = Wire(size);

            var request = new AcceptRequest(new Envelope());
            request.Envelope.AddRecipient("user@a.test"u8, default, DsnNotify.Unspecified);
            await harness.AcceptAsync(request, new ReadOnlySequence<byte>(wire));
            Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);

            ReceivedMail mail = Assert.Single(exchanger.Mails);
            Assert.Equal(SHA256.HashData(wire), SHA256.HashData(mail.Wire));
        }
    }

    [Fact]
    public async Task Server_that_refuses_in_mid_content_and_closes_bounces_nothing()
    {
        await using var exchanger = new ScriptedMailExchanger(static line =>
            line == "DATA" ? "354 go\r\n552 5.3.4 too big<then cut>" : null);
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        await harness.SubmitAsync("user@a.test", Encoding.ASCII.GetString(Wire(5_000_000)), string.Empty);
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();

        Assert.Equal(RecipientStatus.Deferred, completion.Only.Status);
        Assert.Empty(exchanger.Mails);
    }

    [Fact]
    public async Task Session_cut_in_mid_content_defers()
    {
        await using var exchanger = new ScriptedMailExchanger(
            static line => line == "DATA" ? "354 go<then cut>" : null);
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        await harness.SubmitAsync("user@a.test", Encoding.ASCII.GetString(Wire(5_000_000)));
        Assert.Equal(RecipientStatus.Deferred, (await harness.Queue.NextAsync()).Only.Status);
        Assert.Empty(exchanger.Mails);
    }

    [Fact]
    public async Task Server_that_stops_reading_is_given_up()
    {
        await using var exchanger = new ScriptedMailExchanger(static line => line == "DATA" ? "354 go" : null)
        {
            StopsReadingContent = true,
        };
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        await harness.SubmitAsync("user@a.test", Encoding.ASCII.GetString(Wire(20_000_000)));
        await exchanger.WhenAsync(static e => e.Lines.Any(static l => l.EndsWith("DATA", StringComparison.Ordinal)));
        Task<RecordingQueue.Completion> next = harness.Queue.NextAsync();
        while (!next.IsCompleted)
        {
            harness.Time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        RecordingQueue.Completion completion = await next;
        Assert.Equal(RecipientStatus.Deferred, completion.Only.Status);
        Assert.StartsWith("Timed out", completion.Only.Text, StringComparison.Ordinal);
    }

    private static byte[] Wire(int size)
    {
        byte[] wire = new byte[size];
        var random = new Random(size);
        for (int i = 0; i < size; i++)
        {
            wire[i] = i % 78 == 76 ? (byte)'\r' : i % 78 == 77 ? (byte)'\n' : (byte)random.Next('a', 'z');
        }

        if (size >= 2)
        {
            wire[^2] = (byte)'\r';
            wire[^1] = (byte)'\n';
        }

        return wire;
    }
}
