using System.CommandLine;
using Relay.LoadGenerator.Reports;
using Relay.LoadGenerator.Source;

namespace Relay.LoadGenerator.Commands;

/// <summary><c>relay-load source</c>: options in smtp-source's letters where it has them.</summary>
internal sealed class SourceCommand
{
    private readonly Argument<string[]> _targets = new("target")
    {
        Description = "Servers: address:port or unix:/path; sessions are dealt to them in turn",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<int> _sessions = new("--sessions", "-s")
    {
        Description = "Parallel sessions",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<long?> _messages = new("--messages", "-m")
    {
        Description = "Messages to send (default 1, or without limit if --duration is given)",
    };

    private readonly Option<string?> _duration = new("--duration") { Description = "Start no message after this time" };

    private readonly Option<string> _size = new("--length", "-l")
    {
        Description = "Body size: 2048, 2k, 1k..100k (uniform) or 2k*70,100k*25,1m*5 (weighted)",
        DefaultValueFactory = _ => "2048",
    };

    private readonly Option<int> _recipients = new("--recipients", "-r")
    {
        Description = "Recipients per message",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<bool> _reuse = new("--reuse", "-d")
    {
        Description = "Send all messages of a session over one connection (otherwise one message per connection)",
    };

    private readonly Option<int> _perConnection = new("--per-connection") { Description = "Messages per connection" };

    private readonly Option<PipeliningMode> _pipelining = new("--pipelining", "-p")
    {
        Description = "off: one command per round trip; group: MAIL, RCPT, DATA at once; full: next message behind dot",
        DefaultValueFactory = _ => PipeliningMode.Group,
    };

    private readonly Option<bool> _bdat = new("--bdat") { Description = "Send content by BDAT where offered" };

    private readonly Option<bool> _lmtp = new("--lmtp", "-L") { Description = "Speak LMTP" };

    private readonly Option<bool> _eightBit = new("--8bit") { Description = "Bodies with octets above 127" };

    private readonly Option<double> _rate = new("--rate")
    {
        Description = "Open loop: messages per second, due whether or not a session is free; latency counts from then",
    };

    private readonly Option<bool> _poisson = new("--poisson") { Description = "With --rate: exponential gaps" };

    private readonly Option<string> _latencyAfter = new("--latency-after")
    {
        Description = "Leave messages due before this much of the run out of the latencies (the tool's own start)",
        DefaultValueFactory = _ => "0s",
    };

    private readonly Option<string> _from = new("--from", "-f")
    {
        Description = "Reverse-path; {n} recipient {m} message {s} session {d} destination count up; '' is <>",
        DefaultValueFactory = _ => "load@source.example",
    };

    private readonly Option<string> _to = new("--to", "-t")
    {
        Description = "Recipient; also {r} number in its message, {e} destination by recipient",
        DefaultValueFactory = _ => "user{r}@sink.example",
    };

    private readonly Option<int> _destinations = new("--destinations")
    {
        Description = "How far {d} and {e} count before they begin again",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<string> _hello = new("--hello", "-M")
    {
        Description = "Name for EHLO",
        DefaultValueFactory = _ => "load.example",
    };

    private readonly Option<string> _subject = new("--subject", "-S") { DefaultValueFactory = _ => "relay-load" };

    private readonly Option<bool> _resend = new("--resend")
    {
        Description = "Send a message again, under its id, when its connection broke before the reply",
    };

    private readonly Option<bool> _resetAfterQuit = new("--reset-after-quit")
    {
        Description = "Close by RST behind the reply to QUIT, as smtp-source does (nothing is left in TIME_WAIT)",
    };

    private readonly Option<string> _patience = new("--connect-patience")
    {
        Description = "How long a session tries to connect before it gives up",
        DefaultValueFactory = _ => "10s",
    };

    private readonly Option<string> _timeout = new("--timeout")
    {
        Description = "Longest wait for a reply",
        DefaultValueFactory = _ => "5m",
    };

    private readonly Option<string?> _ledger = new("--ledger") { Description = "File of acknowledged messages" };

    private readonly Option<int> _threads = new("--threads") { DefaultValueFactory = _ => 1 };

    private readonly Option<ulong> _seed = new("--seed") { DefaultValueFactory = _ => 1 };

    private readonly Option<string?> _json = new("--json") { Description = "Report as JSON to this file (or -)" };

    private readonly Option<string?> _svg = new("--svg") { Description = "Plot throughput and latency to this file" };

    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Print nothing but errors" };

    internal Command Create()
    {
        var command = new Command("source", "Send messages as fast as the server takes them, or at a fixed rate")
        {
            _targets, _sessions, _messages, _duration, _size, _recipients, _reuse, _perConnection, _pipelining, _bdat,
            _lmtp, _eightBit, _rate, _poisson, _latencyAfter, _from, _to, _destinations, _hello, _subject, _resend,
            _resetAfterQuit, _patience, _timeout, _ledger, _threads, _seed, _json, _svg, _quiet,
        };
        command.SetAction((result, cancellation) => RunAsync(result, cancellation));
        return command;
    }

    internal SourceOptions CreateOptions(ParseResult result)
    {
        int perConnection = result.GetValue(_perConnection);
        TimeSpan duration = result.GetValue(_duration) is { } text ? Durations.Parse(text) : TimeSpan.Zero;
        return new SourceOptions
        {
            Targets = [.. result.GetValue(_targets)!.SelectMany(EndPoints.Parse)],
            Sessions = result.GetValue(_sessions),
            Messages = result.GetValue(_messages) ?? (duration > TimeSpan.Zero ? 0 : 1),
            Duration = duration,
            Size = SizeDistribution.Parse(result.GetValue(_size)!),
            RecipientsPerMessage = result.GetValue(_recipients),
            MessagesPerConnection = perConnection > 0 ? perConnection : result.GetValue(_reuse) ? 0 : 1,
            Pipelining = result.GetValue(_pipelining),
            Bdat = result.GetValue(_bdat),
            Lmtp = result.GetValue(_lmtp),
            EightBit = result.GetValue(_eightBit),
            Rate = result.GetValue(_rate),
            PoissonArrivals = result.GetValue(_poisson),
            LatencyAfter = Durations.Parse(result.GetValue(_latencyAfter)!),
            From = result.GetValue(_from)!,
            To = result.GetValue(_to)!,
            Destinations = result.GetValue(_destinations),
            HelloName = result.GetValue(_hello)!,
            Subject = result.GetValue(_subject)!,
            Resend = result.GetValue(_resend),
            ResetAfterQuit = result.GetValue(_resetAfterQuit),
            ConnectPatience = Durations.Parse(result.GetValue(_patience)!),
            ReplyTimeout = Durations.Parse(result.GetValue(_timeout)!),
            LedgerPath = result.GetValue(_ledger),
            Threads = result.GetValue(_threads),
            Seed = result.GetValue(_seed),
        };
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellation)
    {
        using var source = new LoadSource(CreateOptions(result));
        await using CancellationTokenRegistration registration = cancellation.Register(source.Stop);
        Task<SourceReport> run = source.RunAsync();
        bool quiet = result.GetValue(_quiet);
        if (!quiet)
        {
            await Progress.ShowAsync("acknowledged", () => (source.Acknowledged, source.Failed), run);
        }

        SourceReport report = await run;
        if (result.GetValue(_json) is { } json)
        {
            ReportJson.Write(json, report);
            quiet |= json == "-";
        }

        if (result.GetValue(_svg) is { } svg)
        {
            await File.WriteAllTextAsync(svg, SvgPlot.Create(report), CancellationToken.None);
        }

        if (!quiet)
        {
            ReportText.Write(Console.Out, report);
        }

        return report.Rejected + report.Broken + report.RecipientsRejected > 0 || cancellation.IsCancellationRequested
            ? ExitCodes.Failed
            : ExitCodes.Success;
    }
}
