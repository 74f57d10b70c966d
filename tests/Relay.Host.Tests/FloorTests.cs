using System.Reflection;
using Relay.Testing;

namespace Relay.Host.Tests;

/// <summary>The floors as ARCHITECTURE.md has them: what each assembly may reference.</summary>
public class FloorTests
{
    private static readonly string[] Ours =
    [
        "Relay.Smtp", "Relay.Sasl", "Relay.Throttling", "Relay.Logging", "Relay.Tables", "Relay.Dns", "Relay.Tls",
        "Relay.Queue", "Relay.Routing", "Relay.Server", "Relay.Delivery", "relay",
    ];

    [Theory]
    [InlineData("Relay.Smtp", "")]
    [InlineData("Relay.Sasl", "")]
    [InlineData("Relay.Throttling", "")]
    [InlineData("Relay.Logging", "")]
    [InlineData("Relay.Tables", "")]
    [InlineData("Relay.Dns", "")]
    [InlineData("Relay.Tls", "")]
    [InlineData("Relay.Queue", "Relay.Smtp")]
    [InlineData("Relay.Routing", "Relay.Dns,Relay.Smtp,Relay.Tables,Relay.Tls")]
    [InlineData("Relay.Server", "Relay.Logging,Relay.Queue,Relay.Sasl,Relay.Smtp,Relay.Throttling,Relay.Tls")]
    [InlineData(
        "Relay.Delivery",
        "Relay.Dns,Relay.Logging,Relay.Queue,Relay.Routing,Relay.Sasl,Relay.Smtp,Relay.Throttling,Relay.Tls")]
    public void A_floor_sees_only_the_floors_below(string floor, string allowed)
    {
        string[] references = [.. References(floor).Where(Ours.Contains)];
        Assert.Empty(references.Except(allowed.Split(',')));
    }

    [Theory]
    [InlineData("Relay.Smtp")]
    [InlineData("Relay.Sasl")]
    [InlineData("Relay.Throttling")]
    [InlineData("Relay.Logging")]
    [InlineData("Relay.Tables")]
    public void The_lowest_floors_know_no_sockets_packages_or_hosting(string floor) =>
        Assert.All(References(floor), name => Assert.True(
            name.StartsWith("System.", StringComparison.Ordinal)
                && (name == "System.Net.Primitives" || !name.StartsWith("System.Net", StringComparison.Ordinal))
                && !name.StartsWith("System.IO.Pipelines", StringComparison.Ordinal),
            name));

    [Fact]
    public void Only_the_queue_sees_its_log_engine()
    {
        foreach (string floor in Ours.Except(["Relay.Queue"]))
        {
            Assert.DoesNotContain(References(floor), name => name.StartsWith("FASTER", StringComparison.Ordinal));
        }

        Assert.DoesNotContain(
            Assembly.Load("Relay.Queue").GetExportedTypes().SelectMany(TypesInSignatures),
            type => type.Assembly.GetName().Name!.StartsWith("FASTER", StringComparison.Ordinal));
    }

    [Fact]
    public void Nobody_uses_the_systems_resolver()
    {
        foreach (string floor in Ours)
        {
            Assert.DoesNotContain("System.Net.NameResolution", References(floor));
        }
    }

    [Fact]
    public void Only_the_dns_floor_sends_datagrams_and_the_host_to_this_machines_daemons()
    {
        foreach (string floor in Ours.Except(["Relay.Dns"]))
        {
            string source = Path.Combine(Repository.Root, "src", floor == "relay" ? "Relay.Host" : floor);
            string[] files = [.. Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories).Where(
                static f => File.ReadAllText(f).Contains("Dgram", StringComparison.Ordinal))];
            Assert.Equal(
                floor == "relay" ? ["ServiceNotifier.cs", "SyslogSocketOutput.cs"] : [],
                files.Select(Path.GetFileName).Order(StringComparer.Ordinal));
            Assert.All(files, static file => Assert.Contains(
                "AddressFamily.Unix, SocketType.Dgram", File.ReadAllText(file), StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_host_has_no_public_types_but_the_compilers_entry_point() =>
        Assert.Equal(["Program"], Assembly.Load("relay").GetExportedTypes().Select(t => t.FullName));

    private static IEnumerable<string> References(string floor) =>
        Assembly.Load(floor).GetReferencedAssemblies().Select(a => a.Name!);

    private static IEnumerable<Type> TypesInSignatures(Type type) =>
        type.GetMethods().SelectMany(m => m.GetParameters().Select(p => p.ParameterType).Append(m.ReturnType))
            .Concat(type.GetConstructors().SelectMany(c => c.GetParameters().Select(p => p.ParameterType)))
            .Concat(type.GetInterfaces());
}
