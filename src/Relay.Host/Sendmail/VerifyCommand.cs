using Relay.Host.Commands;
using Relay.Host.Tables;
using Relay.Logging;

namespace Relay.Host.Sendmail;

/// <summary>
/// <c>sendmail -bv address …</c>: says where mail for the addresses goes; reads the tables as a start would.
/// </summary>
internal static class VerifyCommand
{
    public static async Task<int> RunAsync(SendmailArguments arguments, CommandSettings settings)
    {
        if (arguments.Operands.Count == 0)
        {
            await Console.Error.WriteLineAsync("Recipient names must be specified");
            return ExitCode.Usage;
        }

        if (settings.Settings is not { } known)
        {
            await Console.Error.WriteLineAsync($"{arguments.Program}: {settings.Unreadable}");
            return ExitCode.NoPermission;
        }

        using LiveRules? live = TableLoading.Start(known, NullMailLog.Instance, Console.Error);
        if (live is null)
        {
            return ExitCode.Configuration;
        }

        var tester = new AddressTester(live.Holder.Current, known);
        var debug = new DebugTrace(Console.Out, new DebugLevels(arguments.Debug));
        int exit = ExitCode.Ok;
        foreach (string address in arguments.Operands)
        {
            foreach (AddressTarget target in await tester.ResolveAsync(address, debug))
            {
                if (target.Refusal is { } refusal)
                {
                    Console.Out.WriteLine(Printable.Of($"{address}... {refusal}"));
                    exit = SubmitCommand.ExitOf(refusal);
                }
                else
                {
                    Console.Out.WriteLine(Printable.Of($"{address}... deliverable: {target.Words}"));
                }
            }
        }

        return exit;
    }
}
