using System.Net;
using System.Net.Sockets;
using System.Text;
using Relay.LoadGenerator.Sink;
using Relay.LoadGenerator.Source;

namespace Relay.LoadGenerator.Tests;

/// <summary>
/// The ledger and the sink's verification against real loss, duplication and corruption, made by a relay of the test's
/// own between source and sink: a check that cannot fail would be worth nothing.
/// </summary>
public sealed class LedgerRunTests : IDisposable
{
    private const int Messages = 50;
    private readonly string _ledger = Path.GetTempFileName();

    [Fact]
    public async Task The_ledger_lists_exactly_the_acknowledged_messages()
    {
        (SourceReport sent, SinkReport received) = await LoadRun.RunAsync(
            LoadRun.Source with { LedgerPath = _ledger, Messages = 300, RecipientsPerMessage = 2 },
            LoadRun.Sink with
            {
                LedgerPath = _ledger,
                Faults = [Fault.Parse("dot:451:0.3"), Fault.Parse("rcpt:550:0.1")],
            });
        Assert.Equal(sent.Acknowledged, File.ReadAllLines(_ledger).Length);
        Assert.Equal(sent.Acknowledged, received.Verification!.LedgerEntries);
        Assert.Equal(0, received.Verification.Lost);
        Assert.InRange(sent.Acknowledged, 100, 299);
        Assert.Equal(sent.RecipientsAcknowledged, received.Verification.Deliveries);
    }

    [Fact]
    public async Task What_a_relay_loses_after_its_250_is_reported_lost()
    {
        VerificationReport report = await RelayAsync((number, message) => number % 10 == 3 ? [] : [message]);
        Assert.Equal((5, 0, 0), (report.Lost, report.Duplicated, report.Corrupted));
        Assert.Equal(5, report.LostExamples.Count);
    }

    [Fact]
    public async Task What_a_relay_delivers_twice_is_reported_duplicated()
    {
        VerificationReport report = await RelayAsync((number, message) =>
            number % 10 == 3 ? [message, message] : [message]);
        Assert.Equal((0, 5, 0), (report.Lost, report.Duplicated, report.Corrupted));
    }

    [Fact]
    public async Task What_a_relay_changes_is_reported_corrupted()
    {
        VerificationReport report = await RelayAsync((number, message) =>
        {
            if (number % 10 == 3)
            {
                message[^20] ^= 1;
            }

            return [message];
        });
        Assert.Equal((0, 0, 5), (report.Lost, report.Duplicated, report.Corrupted));
    }

    [Fact]
    public async Task A_faithful_relay_is_reported_as_such()
    {
        VerificationReport report = await RelayAsync((_, message) => [message]);
        Assert.Equal((0, 0, 0), (report.Lost, report.Duplicated, report.Corrupted));
        Assert.Equal((Messages, Messages), (report.Intact, report.LedgerEntries));
    }

    public void Dispose() => File.Delete(_ledger);

    // Source -> capture of whole messages -> treatment -> sink. The capture stands for a relay that acknowledges.
    private async Task<VerificationReport> RelayAsync(Func<int, byte[], byte[][]> treat)
    {
        using var sink = new LoadSink(LoadRun.Sink with { LedgerPath = _ledger });
        Task<SinkReport> absorbing = sink.RunAsync();
        List<byte[]> captured = await CaptureAsync();
        Assert.Equal(Messages, captured.Count);
        using (var client = new TcpClient())
        {
            await client.ConnectAsync((IPEndPoint)sink.EndPoints[0]);
            using var reader = new StreamReader(client.GetStream());
            await ExpectAsync(reader, "220");
            await CommandAsync(client, reader, "HELO x"u8.ToArray(), "250");
            foreach (byte[] message in captured.SelectMany((content, number) => treat(number, content)))
            {
                await CommandAsync(client, reader, "MAIL FROM:<a@b>"u8.ToArray(), "250");
                await CommandAsync(client, reader, "RCPT TO:<user0@sink.example>"u8.ToArray(), "250");
                await CommandAsync(client, reader, "DATA"u8.ToArray(), "354");
                await CommandAsync(client, reader, [.. message, (byte)'.'], "250");
            }
        }

        sink.Stop();
        return (await absorbing.WaitAsync(LoadRun.Patience)).Verification!;
    }

    // A server as small as can be: it takes messages one at a time and remembers them.
    private async Task<List<byte[]>> CaptureAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var source = new LoadSource(LoadRun.Source with
        {
            Targets = [listener.LocalEndpoint],
            Sessions = 1,
            Messages = Messages,
            LedgerPath = _ledger,
            Pipelining = PipeliningMode.Off,
        });
        Task<SourceReport> sending = source.RunAsync();
        using TcpClient client = await listener.AcceptTcpClientAsync();
        NetworkStream stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var messages = new List<byte[]>();
        await stream.WriteAsync("220 x\r\n"u8.ToArray());
        while (await reader.ReadLineAsync() is { } line && line != "QUIT")
        {
            if (line != "DATA")
            {
                await stream.WriteAsync("250 x\r\n"u8.ToArray());
                continue;
            }

            await stream.WriteAsync("354 x\r\n"u8.ToArray());
            var content = new StringBuilder();
            while (await reader.ReadLineAsync() is { } text && text != ".")
            {
                content.Append(text).Append("\r\n");
            }

            messages.Add(Encoding.Latin1.GetBytes(content.ToString()));
            await stream.WriteAsync("250 x\r\n"u8.ToArray());
        }

        await stream.WriteAsync("221 x\r\n"u8.ToArray());
        await sending.WaitAsync(LoadRun.Patience);
        return messages;
    }

    private static async Task CommandAsync(TcpClient client, StreamReader reader, byte[] command, string reply)
    {
        await client.GetStream().WriteAsync((byte[])[.. command, .. "\r\n"u8]);
        await ExpectAsync(reader, reply);
    }

    private static async Task ExpectAsync(StreamReader reader, string reply) =>
        Assert.StartsWith(reply, await reader.ReadLineAsync().WaitAsync(LoadRun.Patience), StringComparison.Ordinal);
}
