using Relay.Host.Commands;
using Relay.Host.Options;

namespace Relay.Host.Sendmail;

/// <summary>
/// The configuration as the old commands find it: the file of <c>-C</c> if that is ours, else as every command does
/// (<see cref="ConfigurationFile"/>). Users who may not read it get along with the usual places.
/// </summary>
internal sealed class CommandSettings
{
    public const string DefaultSocket = "/run/relay/submission.sock";
    public const string DefaultDropFolder = "/var/spool/relay/drop";
    public const string DefaultQueueSocket = "/run/relay/mailq.sock";
    public const string DefaultAdminSocket = "/run/relay/admin.sock";

    private CommandSettings(string? file, RelaySettings? settings)
    {
        File = file;
        Settings = settings;
    }

    /// <summary>The configuration file in use; null for none.</summary>
    public string? File { get; }

    /// <summary>Null if the file may not be read.</summary>
    public RelaySettings? Settings { get; }

    /// <summary>What is wrong, for commands that cannot do without the settings.</summary>
    public string Unreadable => $"{File}: {ConfigurationFile.MayNotRead("-C")}";

    public string SubmissionSocket => Get(SubmissionKeys.Socket, DefaultSocket);

    public string DropFolder => Get(SubmissionKeys.DropFolder, DefaultDropFolder);

    public string QueueSocket => Get(SubmissionKeys.QueueSocket, DefaultQueueSocket);

    public string AdminSocket => Settings?.IsSet(RelayKeys.AdminSocket) ?? false
        ? Settings.Get(RelayKeys.AdminSocket)
        : DefaultAdminSocket;

    /// <summary>Prints what is wrong and returns null if the configuration cannot be used.</summary>
    public static CommandSettings? Load(string? named, TextWriter error)
    {
        ConfigurationFile? file = FileOf(named);
        if (file is not null && !IsReadable(file.Path))
        {
            return new CommandSettings(file.Path, null);
        }

        RelaySettings? settings = ConfigurationLoader.LoadFrom(
            file, Environment.GetEnvironmentVariables(), [], out IReadOnlyList<ConfigurationError> errors);
        Problems.Print(error, "the configuration", errors);
        return settings is null ? null : new CommandSettings(file?.Path, settings);
    }

    /// <param name="named">By <c>-C</c>.</param>
    public static ConfigurationFile? FileOf(string? named) =>
        ConfigurationFile.Find(IsOurs(named) ? named : null, "-C");

    /// <summary>
    /// The configuration for handing mail over: one with mistakes is as good as none, for mail must not be refused
    /// while the administrator edits.
    /// </summary>
    public static CommandSettings LoadForSubmission(string? named) =>
        Load(named, TextWriter.Null) ?? new CommandSettings(named, null);

    /// <summary>
    /// A .cf file of Sendmail's, as in <c>-C /etc/mail/submit.cf</c>, says nothing to this program; one that an import
    /// wrote does.
    /// </summary>
    public static bool IsOurs(string? named) => named is not null
        && (!named.EndsWith(".cf", StringComparison.OrdinalIgnoreCase) || IsImported(named));

    private string Get(OptionKey<string> key, string usual) =>
        Settings is not null && Settings.Get(key) is { Length: > 0 } value ? value : usual;

    /// <summary>JSON, maybe behind comments; no .cf begins like that.</summary>
    private static bool IsImported(string file)
    {
        try
        {
            string? first = System.IO.File.ReadLines(file).FirstOrDefault(static line => line.Length > 0);
            return first is ['/', '/', ..] or ['{', ..];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsReadable(string file)
    {
        try
        {
            using (System.IO.File.OpenHandle(file))
            {
                return true;
            }
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true; // the loader says what is wrong
        }
    }
}
