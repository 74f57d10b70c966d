using System.CommandLine;
using Relay.Host.Options;
using Relay.Host.Tables;
using Relay.Host.Tls;
using Relay.Logging;
using Relay.Tables;
using Relay.Tables.Checks;

namespace Relay.Host.Commands;

/// <summary>
/// <c>relay check</c>: reads options and tables as a start would, says what is wrong or what they mean.
/// </summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var configuration = new ConfigurationOptions();
        var command = new Command("check", "Checks the configuration and the tables, and starts nothing.");
        configuration.AddTo(command);
        command.SetAction(result =>
        {
            TextWriter output = result.InvocationConfiguration.Output;
            TextWriter error = result.InvocationConfiguration.Error;
            RelaySettings? settings = configuration.Load(result, error);
            using LiveRules? rules = settings is null
                ? null
                : TableLoading.Start(settings, NullMailLog.Instance, error, withNotes: true);
            TlsParts? tls = settings is null ? null : TlsLoading.Load(settings, error);
            if (settings is null || rules is null || tls is null)
            {
                return ExitCode.Configuration;
            }

            output.WriteLine($"{configuration.File(result)?.Path ?? "embedded defaults"}: ok");
            foreach (string line in Summary.Of(settings, rules.Holder.Current))
            {
                output.WriteLine($"  {Printable.Of(line)}");
            }

            foreach (TableProblem trap in TableTraps.Find(rules.Holder.Current.Tables, RulesOf.Traps(settings)))
            {
                output.WriteLine(Printable.Of(trap.ToString()));
            }

            foreach (string warning in tls.Warnings(settings.Get(RelayKeys.HostName), TimeProvider.System.GetUtcNow()))
            {
                output.WriteLine(Printable.Of($"warning: {warning}"));
            }

            foreach (string warning in ClosedFiles.Find(settings))
            {
                output.WriteLine(Printable.Of($"warning: {warning}"));
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
