using Relay.Host.Options;
using Relay.Host.Tables;
using Relay.Routing.Routes;
using Relay.Tables.Loading;

namespace Relay.Host.Tests.Tables;

/// <summary>Tables and options become rules, at the start and while mail flows.</summary>
public class LiveRulesTests
{
    [Fact]
    public void Missing_files_are_empty_tables()
    {
        using var folder = new TableFolder();
        TableSet tables = folder.Rules().Holder.Current.Tables;
        Assert.Equal(0, tables.Access.Count + tables.Mailertable.Count + tables.RelayDomains.Count);
    }

    [Fact]
    public void All_errors_of_all_tables_are_reported_at_once()
    {
        using TableFolder folder = new TableFolder()
            .With("relay-domains", "good.example\nbad..example 300.1\n")
            .With("access", "x ACCEPT\n\xfferr\n")
            .With("mailertable", "a b:c\n");
        string[] errors = folder.Errors();
        AssertOne(errors, "relay-domains:2: error: \"bad..example\"");
        AssertOne(errors, "relay-domains:2: error: \"300.1\"");
        AssertOne(errors, "access:1: error: unknown value \"ACCEPT\"");
        AssertOne(errors, "mailertable:1: error: unknown mailer \"b\"");
    }

    [Fact]
    public void Files_can_lie_elsewhere_or_be_switched_off()
    {
        using TableFolder folder = new TableFolder()
            .With("routes", "a.example smtp:[192.0.2.1]\n")
            .With("access", "To:a.example RELAY\n");
        LiveRules rules = folder.Rules($"tables.mailertable={folder.Root}/routes", "tables.access=");
        TableSet tables = rules.Holder.Current.Tables;
        Assert.Equal(1, tables.Mailertable.Count);
        Assert.Equal(0, tables.Access.Count);
    }

    [Fact]
    public async Task A_changed_file_is_taken_up_by_the_beat_and_a_wrong_one_is_not()
    {
        using TableFolder folder = new TableFolder().With("mailertable", "a.example smtp:[192.0.2.1]\n");
        using LiveRules rules = folder.Rules();
        var routes = new RouteResolver(rules.Holder);
        string? told = null;
        rules.RoutesChanged = () => Volatile.Write(ref told, RouteOf(routes));
        Replace(folder, "a.example smtp:[192.0.2.2]\n");
        await BeatUntilAsync(rules, () => Volatile.Read(ref told) == "smtp:[192.0.2.2]:25");
        Assert.Equal("smtp:[192.0.2.2]:25", RouteOf(routes));
        Replace(folder, "a.example nonsense:x\n");
        for (int i = 0; i < 20; i++)
        {
            rules.OnHeartbeat(0);
            await Task.Yield();
        }

        Assert.Equal("smtp:[192.0.2.2]:25", RouteOf(routes));
        Assert.Equal("smtp:[192.0.2.2]:25", Volatile.Read(ref told));
        Replace(folder, "a.example smtp:[192.0.2.3]\n");
        await BeatUntilAsync(rules, () => RouteOf(routes) == "smtp:[192.0.2.3]:25");
    }

    [Fact]
    public void A_reload_prepares_rules_that_count_once_accepted()
    {
        using TableFolder folder = new TableFolder().With("mailertable", "a.example smtp:[192.0.2.1]\n");
        LiveRules rules = folder.Rules();
        var routes = new RouteResolver(rules.Holder);
        folder.With("mailertable", "a.example smtp:[192.0.2.2]\n");
        PreparedRules? prepared = rules.Prepare(folder.Settings("smartHost=smtp:[192.0.2.9]"), out TableLoad load);
        Assert.False(load.HasErrors);
        Assert.Equal("smtp:[192.0.2.1]:25", RouteOf(routes));
        rules.Accept(prepared!);
        Assert.Equal("smtp:[192.0.2.2]:25", RouteOf(routes));
        Assert.Equal("smtp:[192.0.2.9]:25", RouteOf(routes, "u@other.example"));

        folder.With("mailertable", "a.example nonsense:x\n");
        Assert.Null(rules.Prepare(folder.Settings(), out load));
        Assert.True(load.HasErrors);
        Assert.Equal("smtp:[192.0.2.2]:25", RouteOf(routes));
    }

    [Fact]
    public void Words_of_the_configuration_join_the_classes()
    {
        using TableFolder folder = new TableFolder().With("local-host-names", "file.example\n");
        Routing.RoutingSnapshot rules = folder.Rules("tables.localNames=one.example two.example").Holder.Current;
        Assert.True(rules.IsLocal("file.example"u8));
        Assert.True(rules.IsLocal("one.example"u8));
        Assert.True(rules.IsLocal("two.example"u8));
        Assert.True(rules.IsLocal("relay.example"u8));
        Assert.False(rules.IsLocal("three.example"u8));
    }

    [Theory]
    [InlineData("127.0.0.1:25", false)]
    [InlineData("[::1]:25", false)]
    [InlineData("0.0.0.0:25", true)]
    [InlineData("*:25", true)]
    public void An_open_relay_is_refused_where_others_can_reach_it(string listener, bool refused)
    {
        ConfigurationEntry[] entries =
        [
            new("listeners", listener, System.Text.Json.JsonTokenType.None, "test", 0),
            new("access.promiscuousRelay", "loopback", System.Text.Json.JsonTokenType.None, "test", 0),
        ];
        ConfigurationLoader.Load(
            null, new System.Collections.Hashtable(), entries, out IReadOnlyList<ConfigurationError> errors);
        Assert.Equal(refused, errors.Any(static e => e.ToString().Contains("open relay", StringComparison.Ordinal)));
    }

    private static void AssertOne(string[] errors, string start) =>
        Assert.Single(errors, e => e.StartsWith(start, StringComparison.Ordinal));

    /// <summary>As editors do it: a new file over the old one.</summary>
    private static void Replace(TableFolder folder, string content)
    {
        folder.With("mailertable.new", content);
        string file = Path.Combine(folder.Root, "mailertable");
        File.Move(file + ".new", file, overwrite: true);
    }

    private static string RouteOf(RouteResolver routes, string recipient = "u@a.example")
    {
        Assert.True(routes.TryResolve(System.Text.Encoding.ASCII.GetBytes(recipient), out RecipientRoute route));
        return route.Route.Name;
    }

    /// <summary>Beats until the rules are there; the settling of a file is the watcher's own matter.</summary>
    private static async Task BeatUntilAsync(LiveRules rules, Func<bool> isThere)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!isThere() && TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(60))
        {
            rules.OnHeartbeat(0);
            await Task.Yield();
        }

        Assert.True(isThere());
    }
}
