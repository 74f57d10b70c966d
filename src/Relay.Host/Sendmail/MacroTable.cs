using System.Globalization;
using Relay.Host.Options;

namespace Relay.Host.Sendmail;

/// <summary>Sendmail's macros as far as they have a meaning here; a test session may set more.</summary>
internal sealed class MacroTable
{
    /// <summary>The operators of rules, which Sendmail defines as itself.</summary>
    private const string Metasymbols = "*+-=~#@:>?|.[]()&0123456789";

    private readonly SystemIdentity _identity;
    private readonly Dictionary<string, string> _values;

    public MacroTable(SystemIdentity identity)
    {
        _identity = identity;
        _values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["n"] = "MAILER-DAEMON",
            ["v"] = SystemIdentity.ProgramVersion,
            ["w"] = identity.ShortName,
            ["j"] = identity.HostName,
            ["m"] = identity.Domain,
            ["k"] = identity.NodeName,
            ["b"] = Date(),
            ["S"] = HostOf(RelayKeys.SmartHost),
            ["R"] = HostOf(RouteKeys.LocalRelay),
            ["H"] = HostOf(RouteKeys.MailHub),
            ["L"] = HostOf(RouteKeys.LuserRelay),
            ["M"] = identity.Settings.Get(MasqueradeKeys.As),
            ["Z"] = SystemIdentity.ProgramVersion,
            ["_"] = $"{Environment.UserName}@localhost",
            ["opMode"] = "t",
            ["deliveryMode"] = "i",
        };
    }

    public string? Find(string name) => _values.GetValueOrDefault(name.Trim('{', '}'));

    public void Set(string name, string value) => _values[name.Trim('{', '}')] = value;

    /// <summary>The order in which Sendmail meets them.</summary>
    public void PrintDefinitions(TextWriter output)
    {
        foreach (char symbol in Metasymbols)
        {
            output.WriteLine($"define({symbol} as ${symbol})");
        }

        Define("n");
        Define("v");
        output.WriteLine($"define(w as {_identity.HostName})");
        foreach (string name in (string[])["j", "m", "k", "b", "opMode"])
        {
            Define(name);
        }

        output.WriteLine($"redefine(w as {_identity.ShortName})");
        foreach (string name in (string[])["S", "R", "H", "M"])
        {
            Define(name);
        }

        output.WriteLine($"redefine(n as {Find("n")})");
        Define("Z");
        output.WriteLine("define(deliveryMode as b)");
        Define("_");
        output.WriteLine("redefine(deliveryMode as i)");

        void Define(string name) => output.WriteLine($"define({name} as {Find(name)})");
    }

    private string HostOf(OptionKey<TargetSetting> key) => _identity.Settings.Get(key).Text;

    private static string Date()
    {
        DateTimeOffset now = TimeProvider.System.GetLocalNow();
        return now.ToString("ddd, d MMM yyyy HH':'mm':'ss ", CultureInfo.InvariantCulture)
            + (now.Offset < TimeSpan.Zero ? "-" : "+") + now.Offset.ToString("hhmm", CultureInfo.InvariantCulture);
    }
}
