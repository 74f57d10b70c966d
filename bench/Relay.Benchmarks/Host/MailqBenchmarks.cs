using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using BenchmarkDotNet.Attributes;
using Relay.Host.Admin;
using Relay.Host.Sendmail;
using Relay.Queue;
using Relay.Smtp;

namespace Relay.Benchmarks.Host;

/// <summary>
/// <c>mailq</c> over a long queue without a disk: what the relay writes (Relay), and what the command makes of it
/// (Command), which run side by side in life.
/// </summary>
[MemoryDiagnoser]
public class MailqBenchmarks : IQueueConsumer
{
    private IMailQueue _queue = null!;
    private MailqReport _report = null!;
    private string[] _lines = [];

    [Params(100_000, 1_000_000)]
    public int Messages { get; set; }

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _queue = MailQueueFactory.Open(new MailQueueOptions { Engine = MailQueueEngine.Null }, TimeProvider.System);
        _report = new MailqReport(_queue, "/var/spool/relay/queue");
        _queue.Start(this);
        using IncomingMessage incoming = _queue.CreateIncoming();
        using QueuedMessage message = _queue.CreateQueued();
        var content = new ReadOnlySequence<byte>("Subject: x\r\n\r\nx\r\n"u8.ToArray());
        DateTimeOffset later = TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(1);
        RecipientOutcome[] outcome =
            [new RecipientOutcome(0, RecipientStatus.Deferred, 450, default, "try again later"u8.ToArray())];
        for (int i = 0; i < Messages; i++)
        {
            using var envelope = new Envelope();
            envelope.SetReversePath("sender@client.example"u8);
            envelope.AddRecipient(Encoding.ASCII.GetBytes($"user{i}@d{i % 1000}.example"), default, default);
            incoming.Begin();
            QueueId id = incoming.Id;
            await incoming.AcceptAsync(new AcceptRequest(envelope), content);
            _queue.TryOpen(id, message);
            _queue.Complete(message, outcome, later);
        }

        _lines = await LinesAsync();
    }

    [GlobalCleanup]
    public async Task CleanUpAsync() => await _queue.DisposeAsync();

    [Benchmark]
    public async Task RelayAsync()
    {
        using var response = new AdminResponse(Stream.Null, TimeProvider.System);
        await _report.WriteAsync([], response, CancellationToken.None);
    }

    [Benchmark]
    public async Task RelayWithFilterAsync()
    {
        using var response = new AdminResponse(Stream.Null, TimeProvider.System);
        await _report.WriteAsync(["R=d7.example"], response, CancellationToken.None);
    }

    /// <summary>One tenth of the lines, since they are all alike.</summary>
    [Benchmark]
    public void CommandTenth()
    {
        var text = new MailqText(TextWriter.Null, isVerbose: false, counts: false, "queue");
        foreach (string line in _lines)
        {
            text.Add(line);
        }

        text.End();
    }

    public void Ready(QueueId id, uint tag, Envelope? envelope) => _queue.Assign(id, 1, 0);

    private async Task<string[]> LinesAsync()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await using Stream stream = pipe.Writer.AsStream();
        using (var response = new AdminResponse(stream, TimeProvider.System))
        {
            await _report.WriteAsync([], response, CancellationToken.None);
            await response.FlushAsync(CancellationToken.None);
        }

        await pipe.Writer.CompleteAsync();
        using var reader = new StreamReader(pipe.Reader.AsStream());
        var lines = new List<string>();
        while (lines.Count < Messages / 10 && await reader.ReadLineAsync() is { } line)
        {
            lines.Add(line);
        }

        return [.. lines];
    }
}
