using System.CommandLine;
using Relay.Host.Options;
using Relay.Host.Tables;

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
            TableSet? tables = settings is null ? null : TableLoading.Load(settings, error);
            if (settings is null || tables is null)
            {
                return ExitCode.Configuration;
            }

            output.WriteLine($"{configuration.File(result) ?? "embedded defaults"}: ok");
            foreach (string line in Summary.Of(settings, tables))
            {
                output.WriteLine($"  {Printable.Of(line)}");
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
