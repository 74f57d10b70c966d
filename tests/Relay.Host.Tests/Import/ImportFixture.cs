using System.Collections;
using System.CommandLine;
using Relay.Host.Commands;
using Relay.Host.Import;
using Relay.Host.Options;
using Relay.Testing;

namespace Relay.Host.Tests.Import;

/// <summary>An import and what a start reads of it.</summary>
internal sealed class ImportFixture : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("relay-import-");

    /// <summary>Skips a test of settings whose options come with the rules over the tables.</summary>
    public static void NeedsRules()
    {
        if (OptionRegistry.Find("access.dnsbl") is null)
        {
            Assert.Skip("the options of access control are not there yet");
        }
    }

    public string Error { get; private set; } = string.Empty;

    public string Output { get; private set; } = string.Empty;

    public static string Asset(string name) =>
        Path.Combine(Repository.Root, "tests", "Relay.Host.Tests", "Import", "Assets", name);

    /// <summary>The values that the import sets, by key, as the file has them.</summary>
    public static Dictionary<string, string> Values(string text) =>
        SendmailImporter.Import(text).Values.Where(static v => v.Json.Length > 0)
            .ToDictionary(static v => v.Path, static v => v.Json.Trim('"'));

    /// <summary>What was not carried over, as <c>line: text</c>.</summary>
    public static List<string> Refused(string text) =>
        [.. SendmailImporter.Import(text).Refused.Select(static l => $"{l.Statement.Line}: {l.Text}")];

    /// <summary>Loads a file as a start does; every error is a failure.</summary>
    public RelaySettings Load(string json)
    {
        string file = Path.Combine(_directory.FullName, Guid.NewGuid().ToString("N"));
        File.WriteAllText(file, json);
        RelaySettings? settings =
            ConfigurationLoader.Load(file, new Hashtable(), [], out IReadOnlyList<ConfigurationError> errors);
        Assert.Empty(errors);
        return settings!;
    }

    /// <summary>Runs a command of the program in this process.</summary>
    public int Run(Command command, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
        };
        int code = command.Parse(arguments).Invoke(configuration);
        Output = output.ToString();
        Error = error.ToString();
        return code;
    }

    public int Check(string file) =>
        Run(CheckCommand.Create(), "--config", file, "--tables", _directory.FullName);

    public string PathOf(string name) => Path.Combine(_directory.FullName, name);

    public void Dispose() => _directory.Delete(recursive: true);
}
