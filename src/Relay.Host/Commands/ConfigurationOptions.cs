using System.CommandLine;
using System.Text.Json;
using Relay.Host.Options;

namespace Relay.Host.Commands;

/// <summary>
/// The command-line options that stand for configuration: <c>--config</c>, short forms for what is often changed, and
/// <c>--set key=value</c> for everything else.
/// </summary>
internal sealed class ConfigurationOptions
{
    private static readonly (string Name, string Path, string Description)[] ShortForms =
    [
        ("--hostname", RelayKeys.HostName.Path, "The name of this relay."),
        ("--queue", QueueKeys.Engine.Path, "faster (durable), memory or null."),
        ("--queue-directory", QueueKeys.QueueDirectory.Path, "Where the queue lies."),
        ("--tables", TableKeys.Directory.Path, "Where access, mailertable, aliases and the other tables lie."),
        ("--smart-host", RelayKeys.SmartHost.Path, "Where all other mail goes, e.g. smtp:[192.0.2.1]:25."),
        ("--admin-socket", RelayKeys.AdminSocket.Path, "The socket that relay queue talks to."),
        ("--log-format", RelayKeys.LogFormat.Path, "text, json or sendmail."),
    ];

    private readonly bool _takesInstalled;

    private readonly Option<string> _config;

    private readonly Option<string[]> _listen = new("--listen")
    {
        Description = "Listen on address:port instead of the configured listeners, or on none. May be given several "
            + "times.",
        HelpName = "address:port",
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Sets any option of docs/operations.md. May be given several times.",
        HelpName = "key=value",
    };

    private readonly (Option<string> Option, string Path)[] _shortForms =
    [
        .. ShortForms.Select(
            f => (new Option<string>(f.Name) { Description = f.Description, HelpName = "value" }, f.Path)),
    ];

    /// <param name="takesInstalled">
    /// Whether the installed configuration counts when no other is named: for every command but the one that runs the
    /// relay, which a trial in a clone must not turn into the installed one.
    /// </param>
    public ConfigurationOptions(bool takesInstalled = true)
    {
        _takesInstalled = takesInstalled;
        string installed = takesInstalled ? $"; else {ConfigurationFile.Installed}, if it exists" : string.Empty;
        _config = new Option<string>("--config", "-c")
        {
            Description = "The configuration file (JSON with comments); else "
                + $"${EnvironmentSource.ConfigVariable}{installed}; else defaults.",
            HelpName = "file",
        };
    }

    public void AddTo(Command command)
    {
        command.Add(_config);
        command.Add(_listen);
        foreach ((Option<string> option, _) in _shortForms)
        {
            command.Add(option);
        }

        command.Add(_set);
    }

    /// <summary>Loads the configuration that the command line names; prints every error if there are any.</summary>
    public RelaySettings? Load(ParseResult result, TextWriter error)
    {
        RelaySettings? settings = ConfigurationLoader.LoadFrom(
            File(result),
            Environment.GetEnvironmentVariables(),
            Entries(result),
            out IReadOnlyList<ConfigurationError> errors);
        Problems.Print(error, "the configuration", errors);
        return settings;
    }

    /// <summary>The configuration file in use, or null.</summary>
    public ConfigurationFile? File(ParseResult result) => _takesInstalled
        ? ConfigurationFile.Find(result.GetValue(_config), _config.Name)
        : ConfigurationFile.FindNamed(result.GetValue(_config), _config.Name);

    private List<ConfigurationEntry> Entries(ParseResult result)
    {
        var entries = new List<ConfigurationEntry>();
        if (result.GetValue(_listen) is { Length: > 0 } endpoints)
        {
            entries.Add(Entry(OptionRegistry.ListenersPath, string.Join(',', endpoints), _listen.Name));
        }

        foreach ((Option<string> option, string path) in _shortForms)
        {
            if (result.GetValue(option) is { } text)
            {
                entries.Add(Entry(path, text, option.Name));
            }
        }

        foreach (string pair in result.GetValue(_set) ?? [])
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            entries.Add(equals < 0
                ? Entry(pair, string.Empty, _set.Name)
                : Entry(pair[..equals], pair[(equals + 1)..], _set.Name));
        }

        return entries;
    }

    private static ConfigurationEntry Entry(string path, string text, string source) =>
        new(path, text, JsonTokenType.None, source, 0);
}
