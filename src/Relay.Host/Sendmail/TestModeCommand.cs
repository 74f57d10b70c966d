using Relay.Dns;
using Relay.Host.Commands;
using Relay.Host.Running;
using Relay.Host.Tables;
using Relay.Logging;

namespace Relay.Host.Sendmail;

/// <summary>
/// <c>sendmail -bt</c>: address test mode (Sendmail: op.me §2.7 and §4). Reads options and tables as a start would;
/// needs no running relay.
/// </summary>
internal static class TestModeCommand
{
    public static async Task<int> RunAsync(SendmailArguments arguments, CommandSettings settings)
    {
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

        var identity = new SystemIdentity(known, live.Holder.Current.Options, settings.File);
        var dns = new DnsResolver(FloorOptions.ToDns(known), TimeProvider.System);
        var session = new TestModeSession(
            known, live.Holder.Current, identity, dns, Console.Out, new DebugLevels(arguments.Debug));
        await session.RunAsync(Console.In);
        return ExitCode.Ok;
    }
}
