namespace Relay.Host.Options;

/// <summary>
/// The configuration file of a command, found by one rule under the program's own name and under the old ones: what
/// <c>--config</c> (<c>-C</c>) names, else what the variable <c>RELAY_CONFIG</c> does, else the installed one, else
/// none: embedded defaults. The folder that a command is typed in has no say, for root types commands in folders where
/// others may write. <c>relay serve</c> takes a file only if it is named.
/// </summary>
/// <param name="Path">May be relative; may not exist.</param>
/// <param name="NamedBy">What names it, such as <c>--config</c>; null for the installed one.</param>
internal sealed record ConfigurationFile(string Path, string? NamedBy)
{
    /// <summary>Where the service and all commands look.</summary>
    public const string Installed = "/etc/relay/relay.json";

    /// <summary>Whether there is an installed configuration, readable or not.</summary>
    public static bool IsInstalled => Exists(Installed);

    /// <param name="named">What the command line names, or null.</param>
    /// <param name="option">The option that does.</param>
    public static ConfigurationFile? Find(string? named, string option) =>
        FindNamed(named, option) ?? FindInstalled(Installed);

    /// <summary>Only if it is named, on the command line or by the variable.</summary>
    public static ConfigurationFile? FindNamed(string? named, string option) =>
        FindNamed(named, option, Environment.GetEnvironmentVariable(EnvironmentSource.ConfigVariable));

    internal static ConfigurationFile? FindNamed(string? named, string option, string? variable) =>
        named is not null ? new ConfigurationFile(named, option)
        : variable is not null ? new ConfigurationFile(variable, EnvironmentSource.ConfigVariable)
        : null;

    internal static ConfigurationFile? FindInstalled(string path) =>
        Exists(path) ? new ConfigurationFile(path, null) : null;

    /// <summary>Why the file cannot be read, in words that say what to do.</summary>
    public string Explain(Exception failure) => failure switch
    {
        _ when Path.Length == 0 => $"{NamedBy} is empty; expected the name of a file",
        FileNotFoundException or DirectoryNotFoundException => NamedBy is null
            ? "there is no such file"
            : $"there is no such file, and {NamedBy} names it",
        UnauthorizedAccessException when Directory.Exists(Path) => "is a directory; expected a file",
        UnauthorizedAccessException => MayNotRead("--config"),
        _ => $"cannot be read: {failure.Message}",
    };

    /// <param name="option">By which the command takes another file.</param>
    public static string MayNotRead(string option) =>
        $"the user {Environment.UserName} may not read it; use sudo, or name another file with {option}";

    /// <summary>A file in a folder that may not be looked into counts: only reading it tells what is wrong.</summary>
    private static bool Exists(string path)
    {
        try
        {
            File.GetAttributes(path);
            return true;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }
}
