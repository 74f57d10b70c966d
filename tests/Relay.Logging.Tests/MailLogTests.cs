using System.Text;
using Relay.Testing;

namespace Relay.Logging.Tests;

/// <summary>The log as a whole: nothing allocated, nothing blocked, nothing lost without a word.</summary>
public class MailLogTests
{
    [Theory]
    [InlineData(MailLogFormat.Text)]
    [InlineData(MailLogFormat.Json)]
    [InlineData(MailLogFormat.Sendmail)]
    public void A_line_allocates_nothing(MailLogFormat format)
    {
        // The log's thread is stuck in its output, so that what the runtime allocates for a lock that is contended for
        // the first time does not count as the line's.
        using var output = new StuckStream();
        using var log = new MailLog(output, format, TimeProvider.System);
        WriteMany(log, 1);
        output.Entered.Wait();
        WriteMany(log, 2000);

        long before = GC.GetAllocatedBytesForCurrentThread();
        WriteMany(log, 1000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        output.Release.Set();
        Assert.Equal(0, allocated);
        Assert.Equal(0, log.Dropped);
    }

    [Fact]
    public void Lines_of_many_threads_all_arrive_whole()
    {
        using var output = new MemoryStream();
        using (var log = new MailLog(output, MailLogFormat.Text, new ManualTimeProvider()))
        {
            Parallel.For(0, 8, _ => WriteMany(log, 200));
            log.Flush();
            Assert.Equal(0, log.Dropped);
        }

        string[] lines = Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(1600, lines.Length);
        Assert.All(lines, line => Assert.Equal(lines[0], line));
    }

    [Fact]
    public void A_stuck_output_never_blocks_a_writer_and_the_lost_lines_are_counted_in_a_line()
    {
        using var output = new StuckStream();
        using (var log = new MailLog(output, MailLogFormat.Text, new ManualTimeProvider(), bufferSize: 8192))
        {
            WriteMany(log, 1);
            output.Entered.Wait();
            WriteMany(log, 1000);
            Assert.InRange(log.Dropped, 900, 999);
            output.Release.Set();
            log.Flush();

            string text = Encoding.UTF8.GetString(output.Written.ToArray());
            Assert.Contains($"daemon: text=\"{log.Dropped} log lines dropped", text, StringComparison.Ordinal);
            Assert.Equal(1001 - log.Dropped + 1, text.Count(c => c == '\n'));
        }
    }

    [Fact]
    public void A_failing_output_loses_lines_but_neither_stops_the_log_nor_hangs_its_end()
    {
        using var output = new StuckStream { Failing = true };
        output.Release.Set();
        using (var log = new MailLog(output, MailLogFormat.Text, new ManualTimeProvider()))
        {
            WriteMany(log, 10);
            log.Flush();
            Assert.Equal(10, log.Dropped);

            output.Failing = false;
            WriteMany(log, 1);
            log.Flush();
            string text = Encoding.UTF8.GetString(output.Written.ToArray());
            Assert.Contains("10 log lines dropped", text, StringComparison.Ordinal);
            output.Failing = true;
            WriteMany(log, 1);
        }
    }

    [Fact]
    public void The_end_writes_what_is_buffered_and_later_lines_are_dropped()
    {
        using var output = new MemoryStream();
        var log = new MailLog(output, MailLogFormat.Json, new ManualTimeProvider());
        WriteMany(log, 5);
        log.Dispose();
        log.Dispose();
        WriteMany(log, 1);

        Assert.Equal(5, Encoding.UTF8.GetString(output.ToArray()).Count(c => c == '\n'));
        Assert.Equal(1, log.Dropped);
    }

    [Fact]
    public void Timestamps_follow_the_clock_across_seconds()
    {
        using var output = new MemoryStream();
        var time = new ManualTimeProvider(new DateTimeOffset(2026, 12, 31, 23, 59, 59, 999, TimeSpan.Zero));
        using (var log = new MailLog(output, MailLogFormat.Text, time))
        {
            WriteMany(log, 1);
            time.Advance(TimeSpan.FromMilliseconds(1));
            WriteMany(log, 1);
        }

        string[] lines = Encoding.UTF8.GetString(output.ToArray()).Split('\n');
        Assert.StartsWith("2026-12-31T23:59:59.999Z ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("2027-01-01T00:00:00.000Z ", lines[1], StringComparison.Ordinal);
    }

    private static void WriteMany(MailLog log, int count)
    {
        for (int i = 0; i < count; i++)
        {
            var mailEvent = new MailEvent
            {
                Kind = MailEventKind.Accepted,
                QueueId = "1K3ABCDEF00001"u8,
                ReversePath = "a@b.example"u8,
                HasReversePath = true,
                RecipientCount = 1,
                Size = 2048,
                Peer = "[192.0.2.1]"u8,
                Helo = "client.\"example"u8,
            };
            log.Write(in mailEvent);
        }
    }
}
