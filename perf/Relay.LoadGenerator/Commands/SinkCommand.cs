using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Relay.LoadGenerator.Reports;
using Relay.LoadGenerator.Sink;

namespace Relay.LoadGenerator.Commands;

/// <summary><c>relay-load sink</c>.</summary>
internal sealed class SinkCommand
{
    private readonly Argument<string[]> _addresses = new("address")
    {
        Description = "Listen on address:port, address+COUNT:port (consecutive addresses) or unix:/path",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string[]> _listen = new("--listen") { Description = "As the argument" };

    private readonly Option<string[]> _unix = new("--unix") { Description = "Listen on a Unix-domain socket" };

    private readonly Option<int> _backlog = new("--backlog") { DefaultValueFactory = _ => 4096 };

    private readonly Option<bool> _lmtp = new("--lmtp", "-L") { Description = "Speak LMTP" };

    private readonly Option<string> _hostName = new("--hostname", "-n") { DefaultValueFactory = _ => "sink.example" };

    private readonly Option<string?> _keywords = new("--keywords")
    {
        Description = "EHLO keywords, comma separated ('' is none); default "
            + string.Join(',', SinkOptions.DefaultKeywords),
    };

    private readonly Option<string[]> _faults = new("--fault")
    {
        Description = "STAGE[/TEXT]:CODE[ text][:WHEN], drop|reset|vanish@STAGE[/TEXT][:WHEN], "
            + "slow[@STAGE]:TIME[:WHEN]; STAGE banner ehlo mail rcpt data content dot rset quit; "
            + "WHEN a probability or xN (first N times)",
    };

    private readonly Option<ulong> _seed = new("--seed") { DefaultValueFactory = _ => 1 };

    private readonly Option<bool> _verify = new("--verify") { Description = "Check id and checksum of every message" };

    private readonly Option<string?> _ledger = new("--ledger")
    {
        Description = "The source's ledger, read at the end: what it lists and did not come is lost (implies --verify)",
    };

    private readonly Option<long> _expect = new("--expect")
    {
        Description = "So many messages must come (implies --verify)",
    };

    private readonly Option<long> _messages = new("--messages", "-m") { Description = "End after so many messages" };

    private readonly Option<string?> _duration = new("--duration") { Description = "End after this time" };

    private readonly Option<string?> _idle = new("--idle")
    {
        Description = "End when nothing came for so long after the first message",
    };

    private readonly Option<int> _threads = new("--threads") { DefaultValueFactory = _ => 1 };

    private readonly Option<string?> _json = new("--json") { Description = "Report as JSON to this file (or -)" };

    private readonly Option<string?> _counters = new("--counters")
    {
        Description = "Keep the running counts in this file: messages and recipients, one line, written over every 20 ms",
    };

    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Print nothing but errors" };

    internal Command Create()
    {
        var command = new Command("sink", "Take messages and throw them away, or verify them")
        {
            _addresses, _listen, _unix, _backlog, _lmtp, _hostName, _keywords, _faults, _seed, _verify, _ledger,
            _expect, _messages, _duration, _idle, _threads, _json, _counters, _quiet,
        };
        command.SetAction((result, cancellation) => RunAsync(result, cancellation));
        return command;
    }

    internal SinkOptions CreateOptions(ParseResult result)
    {
        EndPoint[] listeners =
        [
            .. (result.GetValue(_addresses) ?? []).Concat(result.GetValue(_listen) ?? []).SelectMany(EndPoints.Parse),
            .. (result.GetValue(_unix) ?? []).Select(path => new UnixDomainSocketEndPoint(path)),
        ];
        string? ledger = result.GetValue(_ledger);
        long expected = result.GetValue(_expect);
        return new SinkOptions
        {
            Listeners = listeners,
            Backlog = result.GetValue(_backlog),
            Lmtp = result.GetValue(_lmtp),
            HostName = result.GetValue(_hostName)!,
            Keywords = result.GetValue(_keywords)?.Split(',', StringSplitOptions.RemoveEmptyEntries)
                ?? SinkOptions.DefaultKeywords,
            Faults = [.. (result.GetValue(_faults) ?? []).Select(Fault.Parse)],
            Seed = result.GetValue(_seed),
            Verify = result.GetValue(_verify) || ledger is not null || expected > 0,
            LedgerPath = ledger,
            Expected = expected,
            MessagesMax = result.GetValue(_messages),
            Duration = result.GetValue(_duration) is { } duration ? Durations.Parse(duration) : TimeSpan.Zero,
            Idle = result.GetValue(_idle) is { } idle ? Durations.Parse(idle) : TimeSpan.Zero,
            Threads = result.GetValue(_threads),
        };
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellation)
    {
        using var sink = new LoadSink(CreateOptions(result));
        await using CancellationTokenRegistration registration = cancellation.Register(sink.Stop);
        bool quiet = result.GetValue(_quiet);
        Task<SinkReport> run = sink.RunAsync();
        await WatchAsync(sink, run, quiet, result.GetValue(_counters));
        SinkReport report = await run;
        if (result.GetValue(_json) is { } json)
        {
            ReportJson.Write(json, report);
            quiet |= json == "-";
        }

        if (!quiet)
        {
            ReportText.Write(Console.Out, report);
        }

        return report.Verification is { } found && found.Lost + found.Duplicated + found.Corrupted > 0
            ? ExitCodes.Failed
            : ExitCodes.Success;
    }

    private static async Task WatchAsync(LoadSink sink, Task run, bool quiet, string? countersPath)
    {
        Task counters = countersPath is null
            ? Task.CompletedTask
            : CountersFile.KeepAsync(countersPath, () => (sink.Messages, sink.Recipients), run, TimeProvider.System);
        if (!quiet)
        {
            Console.Error.WriteLine($"listening on {string.Join(", ", sink.EndPoints)}");
            await Progress.ShowAsync("accepted", () => (sink.Messages, 0), run);
        }

        await counters;
    }
}
