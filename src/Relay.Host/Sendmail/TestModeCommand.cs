using Relay.Dns;
using Relay.Host.Commands;
using Relay.Host.Running;
using Relay.Host.Tables;
using Relay.Logging;

namespace Relay.Host.Sendmail;

/// <summary>
/// <c>sendmail -bt</c>: address test mode (Sendmail: op.me §2.7 and §4). Reads options and tables as a start would;
/// needs no running relay. <c>-d0.…</c> prints who this system thinks it is, <c>-d35.9</c> the macros.
/// </summary>
internal static class TestModeCommand
{
    public static async Task<int> RunAsync(SendmailArguments arguments, CommandSettings settings)
    {
        if (settings.Settings is not { } known)
        {
            await Console.Error.WriteLineAsync($"{arguments.Program}: {settings.File}: permission denied");
            return ExitCode.NoPermission;
        }

        using LiveRules? live = TableLoading.Start(known, NullMailLog.Instance, Console.Error);
        if (live is null)
        {
            return ExitCode.Configuration;
        }

        var identity = new SystemIdentity(known, live.Holder.Current, settings.File);
        if (arguments.Debug.Where(static d => d.Category == 0).Select(static d => d.Level).DefaultIfEmpty(0).Max()
            is > 0 and var level)
        {
            identity.Print(Console.Out, level);
        }

        if (arguments.IsDebugging(0, 101))
        {
            return ExitCode.Ok;
        }

        if (arguments.IsDebugging(35, 9))
        {
            new MacroTable(identity).PrintDefinitions(Console.Out);
        }

        var dns = new DnsResolver(FloorOptions.ToDns(known), TimeProvider.System);
        var session = new TestModeSession(known, live.Holder.Current, identity, dns, Console.Out);
        await session.RunAsync(Console.In);
        return ExitCode.Ok;
    }
}
