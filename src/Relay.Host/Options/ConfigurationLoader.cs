using System.Collections;
using System.Net;
using System.Text.Json;

namespace Relay.Host.Options;

/// <summary>
/// Puts the layers together: file, environment over it, command line over both. Every value is checked and every error
/// is reported, not just the first.
/// </summary>
internal sealed class ConfigurationLoader
{
    /// <summary>In place of endpoints: listen on no port. What local users submit is delivered nevertheless.</summary>
    public const string NoListeners = "none";

    private readonly List<ConfigurationEntry> _entries = [];
    private readonly List<ConfigurationError> _errors = [];
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Source, int Line)> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<int, Dictionary<string, object>>> _lists =
        OptionRegistry.Lists.ToDictionary(
            static path => path, static _ => new SortedDictionary<int, Dictionary<string, object>>(),
            StringComparer.Ordinal);

    private bool _hasNoListeners;

    private ConfigurationLoader()
    {
    }

    /// <summary>Loads everything. The settings are null exactly if there are errors.</summary>
    /// <param name="file">The configuration file, or null for none.</param>
    /// <param name="commandLine">Paths and values from the command line, with the option's name as the source.</param>
    public static RelaySettings? Load(
        string? file,
        IDictionary environment,
        IReadOnlyList<ConfigurationEntry> commandLine,
        out IReadOnlyList<ConfigurationError> errors) =>
        LoadFrom(ConfigurationFile.FindNamed(file, "--config", variable: null), environment, commandLine, out errors);

    /// <summary>The same from a file of which is known who named it.</summary>
    public static RelaySettings? LoadFrom(
        ConfigurationFile? file,
        IDictionary environment,
        IReadOnlyList<ConfigurationEntry> commandLine,
        out IReadOnlyList<ConfigurationError> errors)
    {
        var loader = new ConfigurationLoader();
        loader.ReadFile(file);
        EnvironmentSource.Read(environment, loader._entries, loader._errors);
        loader._entries.AddRange(commandLine);
        loader.Apply();
        var settings = new RelaySettings(loader._values, loader.BuildLists());
        if (loader._errors.Count == 0)
        {
            CrossChecks.Run(settings, loader.Report);
        }

        errors = [.. loader._errors.OrderBy(e => e.Line == 0 ? int.MaxValue : e.Line)];
        return loader._errors.Count == 0 ? settings : null;
    }

    private void ReadFile(ConfigurationFile? file)
    {
        if (file is null)
        {
            return;
        }

        try
        {
            JsonSource.Read(file.Path, File.ReadAllBytes(file.Path), _entries, _errors);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            _errors.Add(new ConfigurationError(file.Path, 0, string.Empty, file.Explain(exception)));
        }
    }

    private void Apply()
    {
        foreach (ConfigurationEntry entry in _entries)
        {
            if (entry.Path == OptionRegistry.ListenersPath && entry.Token == JsonTokenType.None)
            {
                ReplaceListeners(entry);
                continue;
            }

            OptionKey? key = OptionRegistry.Find(entry.KeyPath);
            if (key is null)
            {
                AddUnknown(entry);
                continue;
            }

            object? value = key.Read(entry.Text, entry.Token);
            if (value is null)
            {
                Add(entry, $"{Quote(entry)} is not valid; expected {key.Expected}");
                continue;
            }

            _places[entry.Path] = (entry.Source, entry.Line);
            (entry.Index < 0 ? _values : Element(entry.ListPath, entry.Index))[key.Path] = value;
        }
    }

    private void AddUnknown(ConfigurationEntry entry)
    {
        if (OptionRegistry.IsSection(entry.KeyPath))
        {
            if (entry.Token == JsonTokenType.StartObject)
            {
                Element(entry.ListPath, entry.Index); // one without keys is reported for what it lacks
                _places[entry.Path] = (entry.Source, entry.Line);
                return;
            }

            string expected = OptionRegistry.Lists.Contains(entry.Path) ? "a list" : "an object";
            Add(entry, $"{Quote(entry)} is not valid; expected {expected}");
            return;
        }

        for (string parent = entry.KeyPath; parent.Contains('.', StringComparison.Ordinal);)
        {
            parent = parent[..parent.LastIndexOf('.')];
            if (OptionRegistry.Find(parent) is { } scalar)
            {
                Add(entry, $"unknown key: {parent} is not an object; expected {scalar.Expected}");
                return;
            }
        }

        string? near = Suggestion.For(entry.KeyPath, OptionRegistry.All.Select(k => k.Path));
        Add(entry, $"unknown key{Suggestion.Ask(near)}");
    }

    private void ReplaceListeners(ConfigurationEntry entry)
    {
        _lists[OptionRegistry.ListenersPath].Clear();
        string[] endpoints = entry.Text.Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        _hasNoListeners = endpoints is [NoListeners];
        if (_hasNoListeners)
        {
            return;
        }

        if (endpoints.Length == 0)
        {
            Add(entry, $"\"{entry.Text}\" is not valid; expected endpoints separated by commas");
        }

        for (int i = 0; i < endpoints.Length; i++)
        {
            object? value = ListenerKeys.Endpoint.Read(endpoints[i], JsonTokenType.None);
            if (value is null)
            {
                Add(entry, $"\"{endpoints[i]}\" is not valid; expected {ListenerKeys.Endpoint.Expected}");
                continue;
            }

            Element(OptionRegistry.ListenersPath, i)[ListenerKeys.Endpoint.Path] = value;
            _places[$"{OptionRegistry.ListenersPath}[{i}]"] = (entry.Source, entry.Line);
        }
    }

    private Dictionary<string, IReadOnlyList<RelaySettings>> BuildLists() => new(StringComparer.Ordinal)
    {
        [OptionRegistry.ListenersPath] = BuildListeners(),
        [DestinationKeys.ListPath] = BuildList(DestinationKeys.ListPath, DestinationKeys.Match),
        [ReplyRuleKeys.ListPath] = BuildList(ReplyRuleKeys.ListPath, ReplyRuleKeys.Action),
    };

    private List<RelaySettings> BuildList(string listPath, OptionKey required)
    {
        var elements = new List<RelaySettings>();
        foreach ((int index, Dictionary<string, object> values) in _lists[listPath])
        {
            string path = $"{listPath}[{index}]";
            string requiredPath = path + required.Path[required.Path.LastIndexOf('.')..];
            if (!values.ContainsKey(required.Path) && !_errors.Exists(e => e.Path == requiredPath))
            {
                Report(requiredPath, $"is missing; expected {required.Expected}");
            }

            elements.Add(ElementSettings(path, values));
        }

        return elements;
    }

    private RelaySettings ElementSettings(string path, Dictionary<string, object> values)
    {
        (string source, int line) = Place($"{path}.any");
        return new RelaySettings(
            values, new Dictionary<string, IReadOnlyList<RelaySettings>>(), $"{source}:{line} ({path})");
    }

    private List<RelaySettings> BuildListeners()
    {
        var listeners = new List<RelaySettings>();
        var endpoints = new HashSet<string>(StringComparer.Ordinal);
        foreach ((int index, Dictionary<string, object> values) in _lists[OptionRegistry.ListenersPath])
        {
            string path = $"{OptionRegistry.ListenersPath}[{index}]";
            if (!values.TryGetValue(ListenerKeys.Endpoint.Path, out object? endpoint))
            {
                if (!_errors.Exists(e => e.Path == $"{path}.endpoint"))
                {
                    Report($"{path}.endpoint", $"is missing; expected {ListenerKeys.Endpoint.Expected}");
                }
            }
            else if (endpoint is not IPEndPoint { Port: 0 } && !endpoints.Add(endpoint.ToString()!))
            {
                Report($"{path}.endpoint", $"\"{endpoint}\" is given twice");
            }

            listeners.Add(ElementSettings(path, values));
        }

        return listeners.Count > 0 || _errors.Count > 0 || _hasNoListeners
            ? listeners
            : [ElementSettings(OptionRegistry.ListenersPath, [])];
    }

    private Dictionary<string, object> Element(string listPath, int index)
    {
        SortedDictionary<int, Dictionary<string, object>> list = _lists[listPath];
        if (!list.TryGetValue(index, out Dictionary<string, object>? element))
        {
            list.Add(index, element = new Dictionary<string, object>(StringComparer.Ordinal));
        }

        return element;
    }

    private void Report(string path, string message)
    {
        (string source, int line) = Place(path);
        _errors.Add(new ConfigurationError(source, line, path, message));
    }

    private (string Source, int Line) Place(string path)
    {
        if (_places.TryGetValue(path, out (string Source, int Line) place))
        {
            return place;
        }

        int dot = path.LastIndexOf('.');
        return dot < 0 ? (string.Empty, 0) : Place(path[..dot]);
    }

    private void Add(ConfigurationEntry entry, string message) =>
        _errors.Add(new ConfigurationError(entry.Source, entry.Line, entry.Path, message));

    private static string Quote(ConfigurationEntry entry) => entry.Token switch
    {
        JsonTokenType.String or JsonTokenType.StartArray or JsonTokenType.None => $"\"{entry.Text}\"",
        _ => entry.Text,
    };
}
