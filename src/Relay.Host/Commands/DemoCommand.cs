using System.CommandLine;
using Relay.Host.Demo;
using Relay.Host.Options;
using Relay.Queue;
using Spectre.Console;

namespace Relay.Host.Commands;

/// <summary><c>relay demo</c>: the relay at work within a few seconds, without any set-up.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var defaults = new DemoPlan();
        Option<int> seconds = Number("--seconds", "How long mail is sent.", (int)defaults.Duration.TotalSeconds, 1, 60);
        Option<int> sessions = Number("--sessions", "Connections that send at once.", defaults.Sessions, 1, 1000);
        Option<int> size = Number("--size", "Octets of each message.", defaults.MessageSize, 256, 1 << 20);
        Option<int> messages = Number("--messages", "Messages at most.", defaults.MessagesMax, 1, 10_000_000);
        var queue = new Option<string>("--queue")
        {
            Description = "faster (durable), memory or null.",
            DefaultValueFactory = static _ => "faster",
        };
        queue.AcceptOnlyFromAmong("faster", "memory", "null");
        var command = new Command("demo", "Shows the relay at work: client, relay and next hop in one process.")
        {
            seconds, sessions, size, messages, queue,
        };
        command.SetAction(async (result, _) =>
        {
            var plan = new DemoPlan
            {
                Duration = TimeSpan.FromSeconds(result.GetValue(seconds)),
                Sessions = result.GetValue(sessions),
                MessageSize = result.GetValue(size),
                MessagesMax = result.GetValue(messages),
            };
            OptionFormats.Choice<MailQueueEngine>().Parse(result.GetValue(queue)!, out MailQueueEngine engine);
            DemoVerdict verdict = await new DemoRun(plan, engine, AnsiConsole.Console, TimeProvider.System).RunAsync();
            return verdict.IsPerfect ? ExitCode.Ok : ExitCode.Software;
        });
        return command;
    }

    private static Option<int> Number(string name, string description, int value, int minimum, int maximum)
    {
        var option = new Option<int>(name)
        {
            Description = $"{description} From {minimum} to {maximum}.",
            DefaultValueFactory = _ => value,
            HelpName = "n",
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var given && (given < minimum || given > maximum))
            {
                result.AddError($"{name} takes a number from {minimum} to {maximum}.");
            }
        });
        return option;
    }
}
