using System.Collections;
using System.Reflection;
using Relay.Host.Options;
using Relay.Host.Tables;
using Relay.Routing.Options;
using Relay.Tables.Loading;

namespace Relay.Host.Tests.Options;

/// <summary>Every option about tables, access, routes and masquerading reaches the rules.</summary>
public class RuleOptionsTests
{
    internal static IReadOnlyList<OptionKey> Keys { get; } =
        [.. TableKeys.All, .. AccessKeys.All, .. RouteKeys.All, .. MasqueradeKeys.All];

    [Fact]
    public void Unset_options_have_the_floors_defaults()
    {
        RelaySettings settings = Load();
        RoutingOptions given = RulesOf.Options(settings);
        var expected = new RoutingOptions { HostName = given.HostName, OwnAddresses = given.OwnAddresses };
        Assert.Equal(Show(expected), Show(given));
        Assert.Equal(Show(new TableSources()), Show(RulesOf.Sources(settings)));
    }

    [Fact]
    public void Every_key_reaches_the_rules()
    {
        foreach (OptionKey key in Keys)
        {
            // A file's name counts only where there is a directory.
            (string, string)[] base_ = key == TableKeys.Directory ? [] : [(TableKeys.Directory.Path, "/etc/mail")];
            string before = Dump(Load(base_));
            string after = Dump(Load([.. base_, (key.Path, Other(key))]));
            Assert.True(before != after, key.Path);
        }
    }

    [Fact]
    public void A_list_may_be_a_list_of_strings_or_words()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(
                file,
                """
                {
                  "tables": { "localNames": [ "a.example", "b.example" ], "relayNames": "c.example, d.example" },
                  "access": { "dnsbl": [ "one.example", "two.example | 550 no $&{client_addr} | t | 127.0.0.2" ] }
                }
                """);
            RelaySettings? settings = ConfigurationLoader.Load(
                file, new Hashtable(), [], out IReadOnlyList<ConfigurationError> errors);
            Assert.Empty(errors);
            Assert.Equal(["a.example", "b.example"], RulesOf.Sources(settings!).LocalHostNames.Words);
            Assert.Equal(["c.example", "d.example"], RulesOf.Sources(settings!).RelayDomains.Words);
            Assert.Equal(
                [
                    ("one.example", string.Empty, string.Empty, 0),
                    ("two.example", "550 no $&{client_addr}", "t", 1),
                ],
                RulesOf.Options(settings!).DnsBlocklists.Select(
                    static l => (l.Zone, l.Text, l.TemporaryText, l.Answers.Count)));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Other(OptionKey key)
    {
        string[] candidates =
        [
            "true", "false", "/elsewhere", "lmtp:unix:/run/lmtp", "11m", "101", "550 other text", "x.example", "forced",
            "friend", "known", "domain", "GroupWritableFile",
        ];
        return candidates.First(c => key.Read(c, System.Text.Json.JsonTokenType.None) is { } value
            && !value.Equals(key.Read(key.DefaultText, System.Text.Json.JsonTokenType.None)));
    }

    private static RelaySettings Load(params (string Path, string Text)[] values)
    {
        ConfigurationEntry[] entries =
        [
            .. values.Select(
                v => new ConfigurationEntry(v.Path, v.Text, System.Text.Json.JsonTokenType.None, "test", 0)),
        ];
        RelaySettings? settings = ConfigurationLoader.Load(
            null, new Hashtable(), entries, out IReadOnlyList<ConfigurationError> errors);
        Assert.True(settings is not null, string.Join("; ", errors));
        return settings;
    }

    private static string Dump(RelaySettings settings) => string.Join(
        '\n',
        Show(RulesOf.Options(settings)), Show(RulesOf.Sources(settings)), ConnectionDefaults.Of(settings).ToString());

    private static string Show(object? value) => value switch
    {
        null => "-",
        string text => text,
        IEnumerable list => $"[{string.Join(',', list.Cast<object>().Select(Show))}]",
        RoutingOptions or MasqueradeOptions or TableSources or ClassSource or DnsBlocklist => string.Join(
            ';',
            value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Select(p => $"{p.Name}={Show(p.GetValue(value))}")),
        _ => value.ToString()!,
    };
}
