using System.CommandLine;
using System.Globalization;
using Relay.Host.Admin;
using Relay.Host.Options;

namespace Relay.Host.Commands;

/// <summary><c>relay queue …</c>: asks a running relay through its admin socket.</summary>
internal static class QueueCommand
{
    public static Command Create()
    {
        var command = new Command("queue", "Shows and changes the queue of a running relay.")
        {
            Sub("list", "Lists the queued messages.", QueueText.ForList),
            WithId("show", "Shows one message with all its recipients.", QueueText.ForShow),
            Flush(),
            WithId("hold", "Keeps a message from being attempted.", QueueText.ForNothing),
            WithId("release", "Releases a held message.", QueueText.ForNothing),
            WithId("delete", "Removes a message for good, without notice to anyone.", QueueText.ForNothing),
            Sub(
                "summary",
                "Counts the queue by state, and tells of each destination what waits there and what for.",
                QueueText.ForSummary),
            Suspend(),
            Resume(),
        };
        return command;
    }

    private static Command Sub(string name, string description, Func<TextWriter, QueueText> text)
    {
        var command = new Command(name, description);
        SetAction(command, text, _ => name);
        return command;
    }

    private static Command WithId(string name, string description, Func<TextWriter, QueueText> text)
    {
        var id = new Argument<string>("id") { Description = "The queue id, as the log and the list print it." };
        var command = new Command(name, description) { id };
        SetAction(command, text, result => $"{name} {Word(result.GetValue(id))}");
        return command;
    }

    private static Command Flush()
    {
        var destination = new Option<string>("--destination")
        {
            Description = "A recipient domain (and those below it), or a route as the log names it.",
            HelpName = "domain",
        };
        var command = new Command("flush", "Attempts deferred mail now.") { destination };
        SetAction(command, QueueText.ForFlush, result => $"flush {Word(result.GetValue(destination))}");
        return command;
    }

    private static Command Suspend()
    {
        var time = new Option<string>("--for")
        {
            Description = "For how long, such as 30m or 2h; without it until it is resumed.",
            HelpName = "time",
        };
        time.Validators.Add(static result =>
        {
            if (!OptionFormats.Duration.Parse(result.GetValueOrDefault<string>() ?? string.Empty, out _))
            {
                result.AddError($"--for: expected {OptionFormats.Duration.Expected}");
            }
        });
        var reason = new Option<string>("--reason")
        {
            Description = "Why, for the summary, the log and notifications.",
            HelpName = "text",
        };
        Argument<string> destination = Destination();
        var command = new Command("suspend", "Sends a destination no mail until it is resumed; its mail waits.")
        {
            destination, time, reason,
        };
        SetAction(command, QueueText.ForSuspend, result =>
        {
            string seconds = OptionFormats.Duration.Parse(result.GetValue(time) ?? string.Empty, out TimeSpan duration)
                ? ((long)duration.TotalSeconds).ToString(CultureInfo.InvariantCulture)
                : "-";
            return $"suspend {Word(result.GetValue(destination))} {seconds} {Words(result.GetValue(reason))}";
        });
        return command;
    }

    private static Command Resume()
    {
        Argument<string> destination = Destination();
        var command = new Command("resume", "Ends a suspension, whoever ordered it; mail that waits goes out.")
        {
            destination,
        };
        SetAction(command, QueueText.ForResume, result => $"resume {Word(result.GetValue(destination))}");
        return command;
    }

    private static Argument<string> Destination() => new("destination")
    {
        Description = "A destination as the summary names it, or a recipient domain: what is meant is the mail hosts "
            + "that serve it, with all domains that share them.",
    };

    /// <summary>Adds the options by which the relay is found, asks it, and prints its answer as text or JSON.</summary>
    internal static void SetAction(
        Command command, Func<TextWriter, QueueText> makeText, Func<ParseResult, string> request)
    {
        var json = new Option<bool>("--json") { Description = "Prints one JSON object per line." };
        var socket = new Option<string>("--socket")
        {
            Description = "The admin socket, instead of the configured one.",
            HelpName = "path",
        };
        var configuration = new ConfigurationOptions();
        command.Add(json);
        command.Add(socket);
        configuration.AddTo(command);
        command.SetAction(async (result, cancellation) =>
        {
            TextWriter output = result.InvocationConfiguration.Output;
            TextWriter error = result.InvocationConfiguration.Error;
            string? path = result.GetValue(socket);
            string where = "Is the relay running, under this user (else sudo), and is this its admin.socket?";
            if (path is null)
            {
                if (configuration.Load(result, error) is not { } settings)
                {
                    return ExitCode.Configuration;
                }

                path = settings.Get(RelayKeys.AdminSocket);
                where += configuration.File(result) is { } file
                    ? $" It is that of {file.Path}; --config names another."
                    : " No configuration is named or installed; --config names one.";
            }

            QueueText? text = result.GetValue(json) ? null : makeText(output);
            return await AskAsync(path, where, request(result), text, output, error, cancellation);
        });
    }

    private static async Task<int> AskAsync(
        string path, string where, string request, QueueText? text, TextWriter output, TextWriter error,
        CancellationToken cancellation)
    {
        try
        {
            using AdminClient client = await AdminClient.ConnectAsync(path, cancellation);
            string? problem = await client.AskAsync(
                request, line => _ = text is null ? WriteLine(output, line) : text.Add(line), cancellation);
            if (problem is not null)
            {
                await error.WriteLineAsync($"relay: {Printable.Of(problem)}");
                return ExitCode.DataError;
            }

            text?.End();
            return ExitCode.Ok;
        }
        catch (IOException exception)
        {
            await error.WriteLineAsync($"relay: {Printable.Of(exception.Message)}");
            await error.WriteLineAsync(Printable.Of(where));
            return ExitCode.Unavailable;
        }
    }

    private static bool WriteLine(TextWriter output, string line)
    {
        output.WriteLine(line);
        return true;
    }

    /// <summary>Text of several words on one line.</summary>
    private static string Words(string? text) =>
        string.Concat((text ?? string.Empty).Select(static c => char.IsControl(c) ? ' ' : c));

    /// <summary>An argument becomes one word of the request, whatever it holds.</summary>
    internal static string? Word(string? argument) =>
        argument is null
            ? null
            : string.Concat(argument.Select(static c => char.IsWhiteSpace(c) || char.IsControl(c) ? '?' : c));
}
