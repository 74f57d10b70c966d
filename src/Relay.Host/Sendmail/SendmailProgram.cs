using Relay.Host.Commands;
using Relay.Host.Submission;

namespace Relay.Host.Sendmail;

/// <summary>
/// The program under its old names: sendmail, mailq, newaliases, makemap, hoststat, purgestat, smtpd.
/// </summary>
internal static class SendmailProgram
{
    private static readonly string[] Names =
        ["sendmail", "mailq", "newaliases", "makemap", "hoststat", "purgestat", "smtpd"];

    public static bool IsName(string name) => Names.Contains(name, StringComparer.Ordinal);

    /// <summary>Runs the program that the name stands for.</summary>
    public static async Task<int> RunAsync(string name, string[] arguments)
    {
        try
        {
            if (name == "makemap")
            {
                return MakemapCommand.Run(
                    arguments,
                    Console.OpenStandardInput(),
                    SystemCalls.ModeOfStandardInput(),
                    Console.Out,
                    Console.Error);
            }

            SendmailArguments? read = SendmailArgumentsReader.Read(name, arguments, Console.Error);
            return read is null ? ExitCode.Usage : await RunAsync(Rename(name, read));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"{name}: {Printable.Of(exception.Message)}");
            return ExitCode.OsError;
        }
    }

    private static SendmailArguments Rename(string name, SendmailArguments arguments) => name switch
    {
        "mailq" => arguments with { Mode = arguments.Mode == 'P' ? 'P' : 'p' },
        "newaliases" => arguments with { Mode = 'i' },
        "hoststat" => arguments with { Mode = 'h' },
        "purgestat" => arguments with { Mode = 'H' },
        "smtpd" => arguments with { Mode = 'd' },
        _ => arguments,
    };

    private static async Task<int> RunAsync(SendmailArguments arguments)
    {
        if (DebugPreamble.Print(arguments, Console.Out))
        {
            return ExitCode.Ok;
        }

        if (arguments.Mode is 'd' or 'D')
        {
            return await DaemonCommand.RunAsync(arguments);
        }

        if (arguments is { Mode: not ('p' or 'P' or 'i' or 's' or 'h' or 'H' or 'v' or 't' or 'C'), QueueRun: null })
        {
            return SubmitCommand.Run(arguments, CommandSettings.LoadForSubmission(arguments.ConfigurationFile));
        }

        CommandSettings? settings = CommandSettings.Load(arguments.ConfigurationFile, Console.Error);
        if (settings is null)
        {
            return ExitCode.Configuration;
        }

        return arguments.Mode switch
        {
            'p' or 'P' => await MailqCommand.RunAsync(arguments, settings),
            'i' => AliasesCommand.Run(arguments, settings),
            's' => await StdioCommand.RunAsync(arguments, settings),
            'h' or 'H' => await HostStatusCommand.RunAsync(arguments, settings),
            'v' => await VerifyCommand.RunAsync(arguments, settings),
            't' => await TestModeCommand.RunAsync(arguments, settings),
            'C' => await RelayCommandLine.RunAsync(settings.File is { } file ? ["check", "--config", file] : ["check"]),
            _ => await QueueRunCommand.RunAsync(arguments, settings),
        };
    }
}
