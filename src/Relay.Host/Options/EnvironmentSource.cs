using System.Collections;
using System.Text.Json;

namespace Relay.Host.Options;

/// <summary>Reads <c>RELAY_…</c> variables. An unknown one is an error, as an unknown key in the file is.</summary>
internal static class EnvironmentSource
{
    /// <summary>Names the configuration file when <c>--config</c> is not given.</summary>
    public const string ConfigVariable = "RELAY_CONFIG";

    /// <summary>A list of endpoints, separated by commas, that replaces all listeners.</summary>
    public const string ListenersVariable = "RELAY_LISTENERS";

    private const string Prefix = "RELAY_";

    /// <summary>Switches of the project's tests, which start the program with their own environment.</summary>
    private const string TestPrefix = "RELAY_TEST";

    public static void Read(IDictionary environment, List<ConfigurationEntry> entries, List<ConfigurationError> errors)
    {
        foreach (DictionaryEntry variable in environment)
        {
            string name = (string)variable.Key;
            string text = (string?)variable.Value ?? string.Empty;
            if (!name.StartsWith(Prefix, StringComparison.Ordinal)
                || name.StartsWith(TestPrefix, StringComparison.Ordinal)
                || name == ConfigVariable)
            {
                continue;
            }

            if (name == ListenersVariable)
            {
                entries.Add(new ConfigurationEntry(OptionRegistry.ListenersPath, text, JsonTokenType.None, name, 0));
                continue;
            }

            OptionKey? key = OptionRegistry.All.FirstOrDefault(k => !k.IsPerElement && k.EnvironmentVariable == name);
            if (key is null)
            {
                string? near = Suggestion.For(
                    name, OptionRegistry.All.Where(k => !k.IsPerElement).Select(k => k.EnvironmentVariable));
                errors.Add(new ConfigurationError(
                    name, 0, string.Empty, $"unknown environment variable{Suggestion.Ask(near)}"));
                continue;
            }

            entries.Add(new ConfigurationEntry(key.Path, text, JsonTokenType.None, name, 0));
        }
    }
}
