using System.Net;
using System.Reflection;
using Relay.Host.Options;
using Relay.Routing.Options;

namespace Relay.Host.Sendmail;

/// <summary>Who this system thinks it is: what <c>-d0</c> prints and the macros tell.</summary>
internal sealed class SystemIdentity
{
    private readonly IReadOnlyList<IPAddress> _ownAddresses;

    public SystemIdentity(RelaySettings settings, RoutingOptions rules, string? configurationFile)
    {
        Settings = settings;
        _ownAddresses = rules.OwnAddresses;
        ConfigurationFile = configurationFile ?? Options.ConfigurationFile.Installed;
        HostName = settings.Get(RelayKeys.HostName);
        int dot = HostName.IndexOf('.', StringComparison.Ordinal);
        ShortName = dot > 0 ? HostName[..dot] : HostName;
        Domain = dot > 0 ? HostName[(dot + 1)..] : string.Empty;
        NodeName = Environment.MachineName.ToLowerInvariant();
    }

    /// <summary><c>$v</c>.</summary>
    public static string ProgramVersion { get; } =
        typeof(SystemIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0] ?? "0";

    public RelaySettings Settings { get; }

    public string ConfigurationFile { get; }

    /// <summary><c>$j</c>.</summary>
    public string HostName { get; }

    /// <summary><c>$w</c>.</summary>
    public string ShortName { get; }

    /// <summary><c>$m</c>.</summary>
    public string Domain { get; }

    /// <summary><c>$k</c>.</summary>
    public string NodeName { get; }

    /// <summary>Class w as far as it is not in a file: names and addresses of this machine.</summary>
    public IEnumerable<string> OwnNames =>
        ((string[])[HostName, ShortName, "localhost", .. Settings.Get(TableKeys.LocalNames).Words])
            .Concat(_ownAddresses.Append(IPAddress.Loopback).Select(Literal))
            .Distinct(StringComparer.OrdinalIgnoreCase);

    public void Print(TextWriter output, int level)
    {
        output.WriteLine($"Version {ProgramVersion}");
        if (level >= 101)
        {
            return;
        }

        output.WriteLine(" Compiled with: DNSMAP IPV6_FULL LOG NAMED_BIND NETINET NETINET6 NETUNIX");
        output.WriteLine("\t\tPIPELINING STARTTLS SASL (Relay.Fast)");
        if (level >= 10)
        {
            output.WriteLine($"    OS Defines: {Environment.OSVersion.VersionString}");
            output.WriteLine($"Def Conf file:\t{ConfigurationFile}");
            output.WriteLine($"      Pid file:\t{Settings.Get(SubmissionKeys.PidFile)}");
        }

        if (level >= 4)
        {
            output.WriteLine($"canonical name: {HostName}");
            foreach (string name in OwnNames.Where(n => n != HostName))
            {
                output.WriteLine($"\ta.k.a.: {name}");
            }

            output.WriteLine($" UUCP nodename: {NodeName}");
        }

        output.WriteLine();
        output.WriteLine("============ SYSTEM IDENTITY (after readcf) ============");
        output.WriteLine($"      (short domain name) $w = {ShortName}");
        output.WriteLine($"  (canonical domain name) $j = {HostName}");
        output.WriteLine($"         (subdomain name) $m = {Domain}");
        output.WriteLine($"              (node name) $k = {NodeName}");
        output.WriteLine("========================================================");
        output.WriteLine();
        if (level >= 15)
        {
            MailerList.Print(output);
        }
    }

    private static string Literal(IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[IPv6:{address}]" : $"[{address}]";
}
