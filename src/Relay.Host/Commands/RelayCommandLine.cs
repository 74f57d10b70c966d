using System.CommandLine;
using System.CommandLine.Parsing;

namespace Relay.Host.Commands;

/// <summary>The commands of the program <c>relay</c>.</summary>
internal static class RelayCommandLine
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var root = new RootCommand("Relay.Fast, a crash-safe SMTP relay.")
        {
            ServeCommand.Create(),
            CheckCommand.Create(),
            ExplainCommand.Create(),
            QueueCommand.Create(),
            TraceCommand.Create(),
            ImportCommand.Create(),
            MigrateCommand.Create(),
            PasswdCommand.Create(),
            DemoCommand.Create(),
        };
        if (arguments.Length == 0)
        {
            await root.Parse("--help").InvokeAsync(new InvocationConfiguration { Output = Console.Error });
            return ExitCode.Usage;
        }

        ParseResult result = root.Parse(arguments);
        if (result.Errors.Count > 0)
        {
            foreach (ParseError error in result.Errors)
            {
                await Console.Error.WriteLineAsync($"relay: {Printable.Of(error.Message)}");
            }

            await Console.Error.WriteLineAsync("Try relay --help, or --help behind a command.");
            return ExitCode.Usage;
        }

        // Signals are the commands' own business: a stop is graceful and takes its time.
        return await result.InvokeAsync(new InvocationConfiguration
        {
            ProcessTerminationTimeout = null,
            EnableDefaultExceptionHandler = false,
        });
    }
}
