using System.Collections;
using System.Reflection;
using Relay.Delivery;
using Relay.Dns;
using Relay.Host.Options;
using Relay.Host.Running;
using Relay.Queue;
using Relay.Server;
using Relay.Server.Authentication;

namespace Relay.Host.Tests.Options;

/// <summary>Every option of every floor can be set, and unset ones have the floor's own defaults.</summary>
public class FloorOptionsTests
{
    /// <summary>What is no single value of the delivery's options.</summary>
    private static readonly string[] Structure =
        ["Timeouts", "Retry", "Notifications", "DestinationRules", "ReplyRules"];

    /// <summary>What the options of retries give besides.</summary>
    private const string QueueWait = "Server.QueueWait";

    [Fact]
    public void Unset_options_have_the_floors_defaults()
    {
        RelaySettings settings = Load();
        string hostName = settings.Get(RelayKeys.HostName);
        AssertSame(new SmtpServerOptions { HostName = hostName }, FloorOptions.ToServer(settings), "Listeners");
        var delivery = new DeliveryOptions { HostName = hostName };
        AssertSame(delivery, FloorOptions.ToDelivery(settings), [.. Structure]);
        Assert.Empty(FloorOptions.ToDelivery(settings).DestinationRules);
        Assert.Empty(FloorOptions.ToDelivery(settings).ReplyRules);
        AssertSame(new ClientTimeouts(), FloorOptions.ToDelivery(settings).Timeouts);
        AssertSame(new RetryOptions(), FloorOptions.ToDelivery(settings).Retry);
        AssertSame(new NotificationOptions(), FloorOptions.ToDelivery(settings).Notifications);
        AssertSame(new AuthenticationOptions(), FloorOptions.ToAuthentication(settings));
        AssertSame(new DnsOptions(), FloorOptions.ToDns(settings));
        AssertSame(new MailQueueOptions(), FloorOptions.ToQueue(settings, _ => { }), "OnIncident");
    }

    [Fact]
    public void Every_key_changes_exactly_what_it_names()
    {
        Dictionary<string, object?> before = Flatten(Load());
        var touched = new HashSet<string>(StringComparer.Ordinal);
        foreach (OptionKey key in OptionRegistry.All.Where(k => !k.IsPerElement && IsOfAFloor(k)))
        {
            Dictionary<string, object?> after = Flatten(Load((key, Other(key))));
            string[] changed =
            [
                .. before.Keys.Where(name => name != QueueWait && !Equals(before[name], after[name])),
            ];
            Assert.True(changed.Length == 1, $"{key.Path} changed {string.Join(", ", changed)}");
            Assert.True(touched.Add(changed[0]), $"{key.Path} changes {changed[0]}, as another key does");
        }

        Assert.Empty(before.Keys.Except(touched).Except(
            [
                QueueWait, "Server.HostName", "Delivery.HostName", "Server.Listeners", "Server.MessageSizeMax", "Server.Tls", "Delivery.Tls",
                "Authentication.TrustsCertificates",
            ]));
    }

    [Fact]
    public void Mail_that_is_queued_only_waits_as_long_as_mail_that_failed_once()
    {
        (OptionKey, string) initial = (RetryKeys.Initial, "7m");
        Assert.Equal(TimeSpan.FromMinutes(7), FloorOptions.ToServer(Load(initial)).QueueWait);
        Assert.Equal(
            TimeSpan.FromMinutes(30),
            FloorOptions.ToServer(Load(initial, (RetryKeys.FixedInterval, "30m"))).QueueWait);
    }

    [Fact]
    public void Certificates_say_who_a_client_is_only_with_authorities_of_our_own()
    {
        Assert.False(FloorOptions.ToAuthentication(Load()).TrustsCertificates);
        Assert.True(FloorOptions.ToAuthentication(
            Load((TlsKeys.Authorities, "/etc/authorities.pem"))).TrustsCertificates);
    }

    private static bool IsOfAFloor(OptionKey key) =>
        !RelayKeys.All.Contains(key) && !SubmissionKeys.All.Contains(key) && !ListenerKeys.All.Contains(key)
        && !RuleOptionsTests.Keys.Contains(key) && !TlsKeys.All.Contains(key) && !LogKeys.All.Contains(key)
        && !MonitoringKeys.All.Contains(key) && !OtlpKeys.All.Contains(key);

    private static string Other(OptionKey key)
    {
        if (key == RetryKeys.Lifetime)
        {
            return "6d"; // not below the other waits
        }

        string[] candidates =
        [
            "true", "false", "memory", "disconnect", "101", "1021", "3", "11m", "2s", "2h", "2M", "4M", "elsewhere",
            "192.0.2.53", "ipv4First", "goaway", "PLAIN", "someone@example.org",
        ];
        return candidates.First(c => key.Read(c, System.Text.Json.JsonTokenType.None) is { } value
            && !value.Equals(key.Read(key.DefaultText, System.Text.Json.JsonTokenType.None)));
    }

    private static RelaySettings Load(params (OptionKey Key, string Text)[] values)
    {
        ConfigurationEntry[] entries =
        [
            .. values.Select(
                v => new ConfigurationEntry(v.Key.Path, v.Text, System.Text.Json.JsonTokenType.None, "test", 0)),
        ];
        RelaySettings? settings = ConfigurationLoader.Load(
            null, new Hashtable(), entries, out IReadOnlyList<ConfigurationError> errors);
        Assert.True(settings is not null, string.Join("; ", errors));
        return settings;
    }

    private static Dictionary<string, object?> Flatten(RelaySettings settings)
    {
        var all = new Dictionary<string, object?>(StringComparer.Ordinal);
        DeliveryOptions delivery = FloorOptions.ToDelivery(settings);
        Add(all, "Server", FloorOptions.ToServer(settings));
        Add(all, "Authentication", FloorOptions.ToAuthentication(settings));
        Add(all, "Delivery", delivery);
        Add(all, "Timeouts", delivery.Timeouts);
        Add(all, "Retry", delivery.Retry);
        Add(all, "Notifications", delivery.Notifications);
        Add(all, "Dns", FloorOptions.ToDns(settings));
        Add(all, "Queue", FloorOptions.ToQueue(settings, _ => { }));
        foreach (string name in Structure)
        {
            all.Remove($"Delivery.{name}");
        }

        all.Remove("Queue.OnIncident");
        all.Remove("Queue.OnCommit");

        all["Server.Listeners"] = null;
        return all;
    }

    private static void Add(Dictionary<string, object?> all, string prefix, object options)
    {
        foreach (PropertyInfo property in options.GetType().GetProperties())
        {
            all[$"{prefix}.{property.Name}"] = property.GetValue(options);
        }
    }

    private static void AssertSame<T>(T expected, T actual, params string[] except)
    {
        foreach (PropertyInfo property in typeof(T).GetProperties().Where(p => !except.Contains(p.Name)))
        {
            Assert.True(
                Equals(property.GetValue(expected), property.GetValue(actual)),
                $"{property.Name}: {property.GetValue(expected)} expected, {property.GetValue(actual)} given");
        }
    }
}
