using System.Collections;
using System.Text.Json;
using Relay.Host.Options;
using Relay.Host.Running;
using Relay.Host.Tables;
using Relay.Routing.Options;
using Relay.Tls;
using Relay.Tls.Certificates;

namespace Relay.Host.Tests.Options;

/// <summary>Every option about TLS reaches the floor that it is for, and what cannot be is refused.</summary>
public class TlsOptionsTests
{
    private static readonly Dictionary<OptionKey, string> Examples = new()
    {
        [TlsKeys.Certificates] = "/etc/one.pem | /etc/one.key\n/etc/both.pem",
        [TlsKeys.GroupReadableKeys] = "true",
        [TlsKeys.MinimumVersion] = "tls13",
        [TlsKeys.CipherSuites] = "TLS_AES_256_GCM_SHA384",
        [TlsKeys.Resumption] = "false",
        [TlsKeys.AskForCertificates] = "true",
        [TlsKeys.Authorities] = "/etc/authorities.pem",
        [TlsKeys.DeliveryLevel] = "verify",
        [TlsKeys.DeliveryPolicies] = "mx.example.org | encrypt",
        [TlsKeys.DeliveryCertificate] = "/etc/own.pem",
        [TlsKeys.DeliveryAuthorities] = "/etc/authorities.pem",
        [TlsKeys.DeliveryMinimumVersion] = "tls13",
        [TlsKeys.DeliveryCipherSuites] = "ECDHE-RSA-AES256-GCM-SHA384",
        [TlsKeys.DeliveryResumption] = "false",
    };

    [Fact]
    public void Unset_options_have_the_floors_defaults()
    {
        var floor = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(floor, "Server", new TlsServerOptions());
        Add(floor, "Client", new TlsClientOptions());
        Add(floor, "Rules", new RoutingOptions { HostName = "localhost" });
        Dictionary<string, string> given = Flatten();
        Assert.All(floor, option => Assert.Equal(option, new(option.Key, given[option.Key])));
    }

    [Fact]
    public void Every_key_changes_what_it_names()
    {
        Dictionary<string, string> before = Flatten();
        foreach (OptionKey key in TlsKeys.All)
        {
            Dictionary<string, string> after = Flatten((key.Path, Examples[key]));
            string[] changed = [.. before.Keys.Where(name => before[name] != after[name])];
            string[] expected = key == TlsKeys.GroupReadableKeys ? ["Server.Files", "Client.Files"] : [OptionOf(key)];
            Assert.Equal(expected, changed);
        }
    }

    [Fact]
    public void A_certificate_is_a_file_and_its_key_or_one_file_with_both()
    {
        CertificatesSetting value = Assert.IsType<CertificatesSetting>(
            TlsKeys.Certificates.Read(Examples[TlsKeys.Certificates], JsonTokenType.None));
        Assert.Equal(
            [
                new CertificateFiles("/etc/one.pem", "/etc/one.key"),
                new CertificateFiles("/etc/both.pem", "/etc/both.pem"),
            ],
            value.Files);
    }

    [Theory]
    [InlineData("tls.certificates", "a | b | c")]
    [InlineData("tls.certificates", "a |")]
    [InlineData("delivery.tls.certificate", "/a.pem\n/b.pem")]
    [InlineData("tls.cipherSuites", "RC4-MD5-OR-SO")]
    [InlineData("tls.minimumVersion", "tls11")]
    [InlineData("delivery.tls.level", "fingerprint")]
    [InlineData("delivery.tls.policies", "mx.example.org")]
    [InlineData("delivery.tls.policies", "mx.example.org | perhaps")]
    [InlineData("delivery.tls.policies", "mx.example.org | fingerprint")]
    [InlineData("delivery.tls.policies", "mx.example.org | fingerprint | abcd")]
    [InlineData("delivery.tls.policies", "mx.example.org | verify | abcd")]
    [InlineData("delivery.tls.policies", "two words | verify")]
    public void What_is_no_such_value_is_refused_with_what_is_expected(string path, string text)
    {
        ConfigurationError error = Assert.Single(Errors((path, text)));
        Assert.Contains(path, error.ToString(), StringComparison.Ordinal);
        Assert.Contains("expected", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_listener_with_TLS_from_the_first_octet_on_needs_a_certificate()
    {
        Assert.Contains(
            "modifier s",
            Assert.Single(Errors((OptionRegistry.ListenersPath + "[0].endpoint", "127.0.0.1:465"),
                (OptionRegistry.ListenersPath + "[0].modifiers", "s"))).ToString(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tls")]
    [InlineData("delivery.tls")]
    public void Suites_of_TLS_1_2_alone_do_not_go_with_1_3_as_the_oldest_version(string section) =>
        Assert.Contains(
            "TLS 1.3",
            Assert.Single(Errors(
                (section + ".minimumVersion", "tls13"),
                (section + ".cipherSuites", "ECDHE-RSA-AES256-GCM-SHA384"))).ToString(),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("mx.example.org | verify", "mx.example.org", TlsLevel.Verify)]
    [InlineData(".example.org | encrypt", "mx.example.org", TlsLevel.Encrypt)]
    [InlineData(".example.org | encrypt", "example.org", TlsLevel.May)]
    [InlineData("[192.0.2.1] | none", "192.0.2.1", TlsLevel.None)]
    [InlineData("2001:db8::1 | none", "2001:db8::1", TlsLevel.None)]
    public void A_policy_names_a_host_or_all_below_a_domain_or_an_address(string policy, string host, TlsLevel level)
    {
        RoutingOptions options = RulesOf.Options(Load((TlsKeys.DeliveryPolicies.Path, policy)));
        TlsHostPolicy only = Assert.Single(options.TlsPolicies);
        bool applies = only.Host == host || (only.Host[0] == '.' && host.EndsWith(only.Host, StringComparison.Ordinal));
        Assert.Equal(level, applies ? only.Level : options.TlsLevel);
    }

    private static string OptionOf(OptionKey key) => key.Path switch
    {
        "tls.certificates" or "tls.authorities" => "Server.Files",
        "tls.minimumVersion" => "Server.MinimumVersion",
        "tls.cipherSuites" => "Server.CipherSuites",
        "tls.resumption" => "Server.Resumption",
        "tls.askForCertificates" => "Server.AsksForCertificates",
        "delivery.tls.level" => "Rules.TlsLevel",
        "delivery.tls.policies" => "Rules.TlsPolicies",
        "delivery.tls.certificate" or "delivery.tls.authorities" => "Client.Files",
        "delivery.tls.minimumVersion" => "Client.MinimumVersion",
        "delivery.tls.cipherSuites" => "Client.CipherSuites",
        _ => "Client.Resumption",
    };

    private static Dictionary<string, string> Flatten(params (string Path, string Text)[] values)
    {
        RelaySettings settings = Load(values);
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(all, "Server", FloorOptions.ToTlsServer(settings));
        Add(all, "Client", FloorOptions.ToTlsClient(settings));
        Add(all, "Rules", RulesOf.Options(settings));
        return all;
    }

    private static void Add(Dictionary<string, string> all, string prefix, object options)
    {
        foreach (System.Reflection.PropertyInfo property in options.GetType().GetProperties()
            .Where(p => prefix != "Rules" || p.Name.StartsWith("Tls", StringComparison.Ordinal)))
        {
            all[$"{prefix}.{property.Name}"] = Show(property.GetValue(options));
        }
    }

    private static string Show(object? value) => value switch
    {
        IEnumerable list and not string => $"[{string.Join(',', list.Cast<object>().Select(Show))}]",
        TlsFiles files => $"{Show(files.Certificates)} {files.Authorities} {files.GroupMayReadKey}",
        null => "-",
        _ => $"{value}",
    };

    private static RelaySettings Load(params (string Path, string Text)[] values)
    {
        RelaySettings? settings = ConfigurationLoader.Load(
            null, new Hashtable(), Entries(values), out IReadOnlyList<ConfigurationError> errors);
        Assert.True(settings is not null, string.Join("; ", errors));
        return settings;
    }

    private static IReadOnlyList<ConfigurationError> Errors(params (string Path, string Text)[] values)
    {
        ConfigurationLoader.Load(null, new Hashtable(), Entries(values), out IReadOnlyList<ConfigurationError> errors);
        return errors;
    }

    private static ConfigurationEntry[] Entries((string Path, string Text)[] values) =>
        [.. values.Select(static v => new ConfigurationEntry(v.Path, v.Text, JsonTokenType.None, "test", 0))];
}
