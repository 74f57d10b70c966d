using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Relay.LoadGenerator.Commands;
using Relay.LoadGenerator.Sink;
using Relay.LoadGenerator.Source;

namespace Relay.LoadGenerator.Tests.Commands;

public class CommandLineTests
{
    [Fact]
    public void Source_options_are_smtp_sources_letters_and_more()
    {
        SourceOptions options = Source(
            "-s 7 -m 90 -l 1k..2k -r 3 -d -L -p full -f {n}@a -t {r}@b -M me --rate 50 --poisson --destinations 4 "
            + "--ledger file --resend --8bit --bdat --threads 2 --seed 9 --timeout 5s --connect-patience 1m "
            + "--reset-after-quit 127.0.0.1:25 unix:/x");
        Assert.Equal(
            [new IPEndPoint(IPAddress.Loopback, 25), new UnixDomainSocketEndPoint("/x")], options.Targets);
        Assert.Equal((7, 90L, 3, 0), (options.Sessions, options.Messages, options.RecipientsPerMessage,
            options.MessagesPerConnection));
        Assert.Equal((PipeliningMode.Full, true, true, true, true), (options.Pipelining, options.Lmtp, options.EightBit,
            options.Bdat, options.Resend));
        Assert.Equal((50.0, true, 4, "file"), (options.Rate, options.PoissonArrivals, options.Destinations,
            options.LedgerPath));
        Assert.Equal(("{n}@a", "{r}@b", "me"), (options.From, options.To, options.HelloName));
        Assert.Equal((2, 9UL), (options.Threads, options.Seed));
        Assert.Equal(TimeSpan.FromSeconds(5), options.ReplyTimeout);
        Assert.Equal(TimeSpan.FromMinutes(1), options.ConnectPatience);
        Assert.True(options.ResetAfterQuit);
        Assert.Empty(options.Validate());
    }

    [Fact]
    public void Without_options_one_message_goes_over_one_connection()
    {
        SourceOptions options = Source("127.0.0.1:25");
        Assert.Equal((1L, 1, 1), (options.Messages, options.Sessions, options.MessagesPerConnection));
        Assert.Equal(0, Source("--duration 3s 127.0.0.1:25").Messages);
        Assert.False(Source("127.0.0.1:25").ResetAfterQuit);
        Assert.Equal(5, Source("-d --per-connection 5 127.0.0.1:25").MessagesPerConnection);
    }

    [Fact]
    public void Sink_options()
    {
        SinkOptions options = Sink(
            "127.0.0.2+3:25 --listen [::1]:26 --unix /y -L -n me --keywords PIPELINING,CHUNKING --fault mail:450:0.1 "
            + "--fault slow:1s --ledger file -m 5 --idle 2s --duration 3s --threads 2 --seed 4");
        Assert.Equal(
            ["127.0.0.2:25", "127.0.0.3:25", "127.0.0.4:25", "[::1]:26", "/y"],
            options.Listeners.Select(listener => listener.ToString()));
        Assert.Equal(["PIPELINING", "CHUNKING"], options.Keywords);
        Assert.Equal((true, true, 2, 5L, 2, 4UL), (options.Lmtp, options.Verify, options.Faults.Count,
            options.MessagesMax, options.Threads, options.Seed));
        Assert.Equal((2, 3), (options.Idle.TotalSeconds, options.Duration.TotalSeconds));
        Assert.Empty(options.Validate());
        Assert.Empty(Sink("127.0.0.1:0 --keywords ").Keywords);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:x")]
    [InlineData("127.0.0.1:70000")]
    [InlineData("[::1]+2:25")]
    public void Addresses_that_are_none_are_refused(string text)
    {
        Assert.ThrowsAny<FormatException>(() => EndPoints.Parse(text).ToArray());
    }

    [Theory]
    [InlineData("100ms", 100)]
    [InlineData("1.5s", 1500)]
    [InlineData("5m", 300_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("3", 3000)]
    public void Durations_have_units(string text, double milliseconds)
    {
        Assert.Equal(milliseconds, Durations.Parse(text).TotalMilliseconds);
    }

    [Fact]
    public void All_that_is_wrong_with_options_is_said_at_once()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new LoadSource(new SourceOptions
        {
            Targets = [],
            Sessions = 0,
            Messages = 0,
        }));
        Assert.Contains("no target", error.Message, StringComparison.Ordinal);
        Assert.Contains("sessions", error.Message, StringComparison.Ordinal);
        Assert.Contains("duration", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new LoadSink(new SinkOptions { Listeners = [], Threads = 0 }));
        Assert.Throws<ArgumentException>(() => new LoadSink(LoadRun.Sink with { Verify = false, Expected = 3 }));
    }

    private static SourceOptions Source(string arguments)
    {
        var command = new SourceCommand();
        return command.CreateOptions(Parse(command.Create(), arguments));
    }

    private static SinkOptions Sink(string arguments)
    {
        var command = new SinkCommand();
        return command.CreateOptions(Parse(command.Create(), arguments));
    }

    private static ParseResult Parse(Command command, string arguments)
    {
        ParseResult result = command.Parse(arguments.Split(' '));
        Assert.Empty(result.Errors);
        return result;
    }
}
