using System.Collections;
using System.Net;
using System.Text.Json;
using Relay.Host.Options;
using Relay.Logging;
using Relay.Queue;
using Relay.Tables.Mailer;

namespace Relay.Host.Tests.Options;

/// <summary>The configuration: layers, strictness, and all errors at once.</summary>
public sealed class ConfigurationLoaderTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("relay-options-");

    [Fact]
    public void Nothing_given_is_a_valid_configuration()
    {
        RelaySettings settings = Load(null);
        Assert.Equal(
            new IPEndPoint(IPAddress.Loopback, 2525), Assert.Single(settings.Listeners).Get(ListenerKeys.Endpoint));
        Assert.Equal("relay-data/queue", settings.Get(QueueKeys.QueueDirectory));
        Assert.Equal(MailQueueEngine.Faster, settings.Get(QueueKeys.Engine));
        Assert.Null(settings.Get(RelayKeys.SmartHost).Target);
        Assert.Equal(TimeSpan.FromDays(5), settings.Get(RetryKeys.Lifetime));
    }

    [Fact]
    public void A_full_file_with_comments_is_read()
    {
        RelaySettings settings = Load("""
            // the relay
            {
              "hostname": "Relay.Example", /* folded */
              "messageSizeLimit": "64M",
              "listeners": [
                { "endpoint": "127.0.0.1:25", "name": "inside" },
                { "endpoint": "*:2525", "connectionsPerSecond": 100, },
              ],
              "queue": { "engine": "memory", "segmentSize": 4194304, "directory": "/var/q" },
              "tables": { "directory": "/etc/relay" },
              "smartHost": "smtp:[192.0.2.1]:2525",
              "retry": { "initial": "30s", "maximum": "1h30m", "lifetime": "5d" },
              "admin": { "socket": "/run/relay.sock" },
              "log": { "format": "json" },
              "server": { "requireHello": false, "timeouts": { "command": "2m" } },
            }
            """);
        Assert.Equal("relay.example", settings.Get(RelayKeys.HostName));
        Assert.Equal(64L << 20, settings.Get(RelayKeys.MessageSizeLimit));
        Assert.Equal("inside", settings.Listeners[0].Get(ListenerKeys.Name));
        Assert.Equal(new IPEndPoint(IPAddress.IPv6Any, 2525), settings.Listeners[1].Get(ListenerKeys.Endpoint));
        Assert.Equal(100, settings.Listeners[1].Get(ListenerKeys.ConnectionsPerSecond));
        Assert.Equal(MailQueueEngine.Memory, settings.Get(QueueKeys.Engine));
        Assert.Equal(4 << 20, settings.Get(QueueKeys.SegmentSize));
        Assert.Equal("smtp:[192.0.2.1]:2525", settings.Get(RelayKeys.SmartHost).Target!.Name);
        Assert.Equal(TimeSpan.FromMinutes(90), settings.Get(RetryKeys.Maximum));
        Assert.Equal(MailLogFormat.Json, settings.Get(RelayKeys.LogFormat));
        Assert.False(settings.Get(ServerKeys.RequireHello));
        Assert.Equal(TimeSpan.FromMinutes(2), settings.Get(ServerKeys.CommandTimeout));
    }

    [Fact]
    public void All_errors_come_at_once_with_line_path_and_what_was_expected()
    {
        string[] errors = Errors("""
            {
              "hostname": "not a host",
              "messageSizeLimit": "1X",
              "listeners": [
                { "endpoint": "localhost:25" },
                { "name": "second" },
                { "endpoint": "127.0.0.1:25", "nmae": "x" },
                7
              ],
              "retry": { "inital": "30s", "maximum": 30, "lifetime": "5y" },
              "queue": "faster",
              "smartHost": "uucp:relay",
              "hostname": "twice.example",
              "quue": { "engine": "faster" }
            }
            """);
        Assert.Equal(
            [
                "relay.json:2: hostname: \"not a host\" is not valid; expected a host name such as mail.example.org",
                "relay.json:3: messageSizeLimit: \"1X\" is not valid; expected a size from 64K to 4G: octets as a "
                + "number, or such as 512K, 64M or 1GiB",
                "relay.json:5: listeners[0].endpoint: \"localhost:25\" is not valid; expected address:port, such as "
                    + "127.0.0.1:2525, [::1]:2525 or *:25",
                "relay.json:6: listeners[1].endpoint: is missing; expected address:port, such as 127.0.0.1:2525, "
                    + "[::1]:2525 or *:25",
                "relay.json:7: listeners[2].nmae: unknown key; did you mean listeners[].name?",
                "relay.json:8: listeners[3]: expected an object: { \"endpoint\": \"127.0.0.1:2525\" }",
                "relay.json:10: retry.inital: unknown key; did you mean retry.initial?",
                "relay.json:10: retry.maximum: 30 is not valid; expected a duration such as 30s, 5m, 4h or 5d",
                "relay.json:10: retry.lifetime: \"5y\" is not valid; expected a duration such as 30s, 5m, 4h or 5d",
                "relay.json:11: queue: \"faster\" is not valid; expected an object",
                $"relay.json:12: smartHost: \"uucp:relay\" is not valid; expected {MailerTargetParser.Expected}, "
                    + "or \"\" for none",
                "relay.json:13: hostname: is given twice",
                "relay.json:14: quue.engine: unknown key; did you mean queue.engine?",
            ],
            errors);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("{", 1)]
    [InlineData("{\n  \"hostname\" \"x\"\n}", 2)]
    [InlineData("{\n\n} x", 3)]
    [InlineData("{ \"hostname\": \"a\nb\" }", 1)]
    public void What_is_not_json_is_refused_with_its_line(string content, int line) =>
        Assert.StartsWith(
            $"relay.json:{line}: is not JSON: ", Assert.Single(Errors(content)), StringComparison.Ordinal);

    [Theory]
    [InlineData("[]", "relay.json:1: expected an object")]
    [InlineData("{ \"hostname\": null }", "hostname: null is not valid")]
    [InlineData("{ \"hostname\": { \"x\": 1 } }", "hostname.x: unknown key: hostname is not an object")]
    [InlineData("{ \"hostname\": [ \"x\" ] }", "hostname: is a list, expected a host name")]
    [InlineData("{ \"listeners\": \"127.0.0.1:25\" }", "listeners: \"127.0.0.1:25\" is not valid; expected a list")]
    [InlineData("{ \"retry.initial\": \"5m\" }", "retry.initial: a key may not be empty or hold a dot")]
    [InlineData("{ \"a[0]\": 1 }", "a key may not be empty or hold a dot or brackets")]
    [InlineData("{ \"server\": { \"requireHello\": \"true\" } }",
        "server.requireHello: \"true\" is not valid; expected true or false")]
    [InlineData("{ \"queue\": { \"segmentSize\": 3000000 } }", "expected a power of two from 1M to 1G")]
    [InlineData("{ \"retry\": { \"initial\": \"2h\", \"maximum\": \"1h\" } }",
        "relay.json:1: retry.initial: 2h is longer than retry.maximum, 1h")]
    [InlineData("{ \"otlp\": { \"protocol\": \"http\" } }", "expected one of http/protobuf, grpc")]
    [InlineData("{ \"otlp\": { \"protocol\": \"grpc\", \"traces\": \"http://localhost:4317/v1/traces\" } }",
        "otlp.traces: \"http://localhost:4317/v1/traces\" has a path, and otlp.protocol is grpc; expected none")]
    [InlineData("{ \"retry\": { \"lifetime\": \"1h\" } }", "retry.maximum: 4h is longer than retry.lifetime, 1h")]
    [InlineData(
        "{ \"postmaster\": \"admin\" }", "postmaster: \"admin\" is not valid; expected a mailbox with its domain")]
    [InlineData("{ \"listeners\": [ {\"endpoint\": \"127.0.0.1:25\"}, {\"endpoint\": \"127.0.0.1:25\"} ] }",
        "listeners[1].endpoint: \"127.0.0.1:25\" is given twice")]
    [InlineData("{ \"server\": { \"greeting\": \"a\\r\\n250 x\" } }", "server.greeting: \"a\r\n250 x\" is not valid")]
    public void Each_mistake_is_explained(string content, string expected) =>
        Assert.Contains(expected, Errors(content)[0], StringComparison.Ordinal);

    [Fact]
    public void The_environment_lies_over_the_file_and_the_command_line_over_both()
    {
        var environment = new Hashtable
        {
            ["RELAY_HOSTNAME"] = "env.example",
            ["RELAY_RETRY_INITIAL"] = "7m",
            ["RELAY_LISTENERS"] = "127.0.0.1:0, [::1]:0",
            ["RELAY_SERVER_REQUIRE_HELLO"] = "false",
            ["RELAY_CONFIG"] = "unused here",
            ["RELAY_TEST_ROUNDS"] = "not ours",
            ["PATH"] = "/bin",
        };
        ConfigurationEntry[] commandLine = [new("retry.initial", "8m", JsonTokenType.None, "--set", 0)];
        RelaySettings settings = Load(
            """
            { "hostname": "file.example", "postmaster": "a@b.example", "listeners": [ { "endpoint": "*:25" } ] }
            """,
            environment,
            commandLine);
        Assert.Equal("env.example", settings.Get(RelayKeys.HostName));
        Assert.Equal("a@b.example", settings.Get(RelayKeys.PostmasterAddress));
        Assert.Equal(TimeSpan.FromMinutes(8), settings.Get(RetryKeys.Initial));
        Assert.Equal(2, settings.Listeners.Count);
        Assert.Equal(new IPEndPoint(IPAddress.IPv6Loopback, 0), settings.Listeners[1].Get(ListenerKeys.Endpoint));
        Assert.False(settings.Get(ServerKeys.RequireHello));
    }

    [Fact]
    public void Unknown_and_wrong_variables_are_errors()
    {
        var environment = new Hashtable { ["RELAY_HOSTNAMES"] = "x", ["RELAY_LISTENERS"] = "127.0.0.1" };
        Assert.Null(ConfigurationLoader.Load(null, environment, [], out IReadOnlyList<ConfigurationError> errors));
        string[] texts = [.. errors.Select(e => e.ToString()).Order(StringComparer.Ordinal)];
        Assert.Equal("RELAY_HOSTNAMES: unknown environment variable; did you mean RELAY_HOSTNAME?", texts[0]);
        Assert.StartsWith("RELAY_LISTENERS: listeners: \"127.0.0.1\" is not valid; expected address:port", texts[1],
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_an_error()
    {
        Assert.Null(ConfigurationLoader.Load(
            "/nonexistent.json", new Hashtable(), [], out IReadOnlyList<ConfigurationError> errors));
        Assert.Equal(
            "/nonexistent.json: there is no such file, and --config names it", Assert.Single(errors).ToString());
    }

    [Theory]
    [InlineData("30s", 30)]
    [InlineData("5m", 300)]
    [InlineData("4h", 14400)]
    [InlineData("5d", 432000)]
    [InlineData("1h30m", 5400)]
    public void Durations_are_read_and_written_back(string text, int seconds)
    {
        Assert.True(OptionFormats.Duration.Parse(text, out TimeSpan value));
        Assert.Equal(TimeSpan.FromSeconds(seconds), value);
        Assert.True(OptionFormats.Duration.Parse(OptionFormats.Duration.Write(value), out TimeSpan again));
        Assert.Equal(value, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("m")]
    [InlineData("5 m")]
    [InlineData("-5m")]
    [InlineData("5M")]
    [InlineData("30m1h")]
    [InlineData("1h1h")]
    [InlineData("999999999999d")]
    [InlineData("0s")]
    public void What_is_not_a_duration_is_refused(string text) => Assert.False(
        OptionFormats.Duration.Parse(text, out _));

    [Fact]
    public void Every_default_passes_its_own_check()
    {
        foreach (OptionKey key in OptionRegistry.All.Where(k => !k.DefaultText.StartsWith('(')))
        {
            Assert.True(key.Read(key.DefaultText, JsonTokenType.None) is not null, $"{key.Path}: {key.DefaultText}");
        }
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private RelaySettings Load(string? content, Hashtable? environment = null, ConfigurationEntry[]? commandLine = null)
    {
        RelaySettings? settings = ConfigurationLoader.Load(
            content is null ? null : Write(content),
            environment ?? [],
            commandLine ?? [],
            out IReadOnlyList<ConfigurationError> errors);
        Assert.Empty(errors);
        return settings!;
    }

    private string[] Errors(string content)
    {
        Assert.Null(ConfigurationLoader.Load(
            Write(content), new Hashtable(), [], out IReadOnlyList<ConfigurationError> errors));
        return [.. errors.Select(
            e => e.ToString().Replace(_directory.FullName + "/", string.Empty, StringComparison.Ordinal))];
    }

    private string Write(string content)
    {
        string path = Path.Combine(_directory.FullName, "relay.json");
        File.WriteAllText(path, content);
        return path;
    }
}
