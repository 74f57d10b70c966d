using System.CommandLine;
using System.Net;
using Relay.Delivery;
using Relay.Dns;
using Relay.Host.Explain;
using Relay.Host.Options;
using Relay.Host.Running;
using Relay.Host.Tables;
using Relay.Logging;
using Relay.Routing;
using Relay.Routing.Routes;
using Relay.Tables.Aliases;

namespace Relay.Host.Commands;

/// <summary>
/// <c>relay explain</c>: what the relay would answer a client, or how it would send to a destination, and every rule
/// that makes it do so. Reads options and tables as a start would; needs no running relay.
/// </summary>
internal sealed class ExplainCommand
{
    private readonly ConfigurationOptions _configuration = new();

    private readonly Option<string> _ip = new("--ip")
    {
        Description = "The client's address; 127.0.0.1 if none is given.",
        HelpName = "address",
    };

    private readonly Option<string> _name = new("--name")
    {
        Description = "The client's confirmed name, instead of looking it up.",
        HelpName = "host",
    };

    private readonly Option<string> _helo = new("--helo")
    {
        Description = "What it says in EHLO; \"\" for a client that does not say it.",
        HelpName = "host",
    };

    private readonly Option<string> _from = new("--from")
    {
        Description = "The sender; without one the null reverse-path.",
        HelpName = "address",
    };

    private readonly Option<string[]> _to = new("--to")
    {
        Description = "A recipient. May be given several times.",
        HelpName = "address",
    };

    private readonly Option<string> _destination = new("--destination")
    {
        Description = "Instead of a client: the limits of a destination, by a recipient domain or by its name in the "
            + "summary, and the rules about its replies.",
        HelpName = "domain",
    };

    private readonly Option<bool> _offline = new("--offline")
    {
        Description = "Asks no name server: senders' domains count as existing, and no list is asked.",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Prints JSON." };

    public static Command Create()
    {
        var explain = new ExplainCommand();
        var command = new Command("explain", "Tells what a client would be answered, and which rules say so.")
        {
            explain._ip, explain._name, explain._helo, explain._from, explain._to,
            explain._destination, explain._offline, explain._json,
        };
        explain._configuration.AddTo(command);
        command.SetAction(explain.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellation)
    {
        TextWriter error = result.InvocationConfiguration.Error;
        if (!IPAddress.TryParse(result.GetValue(_ip) ?? "127.0.0.1", out IPAddress? address))
        {
            error.WriteLine($"relay: --ip: \"{Printable.Of(result.GetValue(_ip)!)}\" is not an IP address");
            return ExitCode.Usage;
        }

        RelaySettings? settings = _configuration.Load(result, error);
        using LiveRules? live = settings is null ? null : TableLoading.Start(settings, NullMailLog.Instance, error);
        if (settings is null || live is null)
        {
            return ExitCode.Configuration;
        }

        bool isOffline = result.GetValue(_offline);
        IDnsResolver dns = isOffline
            ? new OfflineDns()
            : new DnsResolver(FloorOptions.ToDns(settings), TimeProvider.System);
        if (result.GetValue(_destination) is { } destination)
        {
            return await ExplainDestinationAsync(result, destination, settings, live, dns, cancellation);
        }

        RoutingSnapshot rules = isOffline ? WithoutDns(live.Holder.Current) : live.Holder.Current;
        bool resolves = !isOffline && settings.Get(AccessKeys.ResolveClients);
        IReadOnlyList<ExplainStage> stages = await new Explainer(
            rules, dns, resolves, HelloRules.Of(settings)).ExplainAsync(
            new ExplainQuestion(
                address,
                result.GetValue(_name),
                result.GetValue(_helo),
                Bare(result.GetValue(_from) ?? string.Empty),
                [.. (result.GetValue(_to) ?? []).Select(Bare)]),
            cancellation);
        if (result.GetValue(_json))
        {
            ExplainText.PrintJson(result.InvocationConfiguration.Output, stages);
        }
        else
        {
            ExplainText.Print(result.InvocationConfiguration.Output, stages);
        }

        return ExitCode.Ok;
    }

    private async Task<int> ExplainDestinationAsync(
        ParseResult result, string destination, RelaySettings settings, LiveRules live, IDnsResolver dns,
        CancellationToken cancellation)
    {
        var explainer = new DestinationExplainer(
            FloorOptions.ToDelivery(settings),
            new RouteResolver(live.Holder),
            new HostResolver(dns, FloorOptions.ToDns(settings), TimeProvider.System),
            name => live.Holder.Current.IsLocal(name));
        DestinationExplanation? explanation = await explainer.ExplainAsync(destination, cancellation);
        if (explanation is null)
        {
            result.InvocationConfiguration.Error.WriteLine(
                $"relay: --destination: \"{Printable.Of(destination)}\" is neither a domain nor a destination as the "
                + "summary names it");
            return ExitCode.Usage;
        }

        TextWriter output = result.InvocationConfiguration.Output;
        if (result.GetValue(_json))
        {
            DestinationText.PrintJson(output, explanation);
        }
        else
        {
            DestinationText.Print(output, explanation);
        }

        return ExitCode.Ok;
    }

    private static string Bare(string address) =>
        address is ['<', .., '>'] ? address[1..^1] : address;

    private static RoutingSnapshot WithoutDns(RoutingSnapshot rules) => new(
        rules.Options with { AcceptUnresolvableDomains = true, DnsBlocklists = [], RelayBasedOnMx = false },
        rules.Tables,
        new IncludeFiles(TimeProvider.System));
}
