using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Relay.Host.Import;

/// <summary>Listeners: DAEMON_OPTIONS and what Sendmail does without (Sendmail: op.me, DaemonPortOptions).</summary>
internal static class ListenerImport
{
    public const string Keys =
        "listeners[].endpoint listeners[].name listeners[].modifiers listeners[].connectionsMax listeners[].backlog "
        + "listeners[].sendBufferSize listeners[].receiveBufferSize listeners[].refuseLoad listeners[].delayLoad "
        + "listeners[].queueLoad listeners[].deliveryMode";

    private const string Background = "background";
    private const string WrongMode =
        "the reply does not wait for the delivery; expected background, queue or deferred";

    private static readonly Dictionary<string, int> Ports = new(StringComparer.OrdinalIgnoreCase)
    {
        ["smtp"] = 25,
        ["mail"] = 25,
        ["submission"] = 587,
        ["msa"] = 587,
        ["smtps"] = 465,
        ["submissions"] = 465,
    };

    public static void Import(ImportReport report, Statement statement)
    {
        var options = new DaemonOptions();
        string value = string.Join(',', statement.Arguments);
        const StringSplitOptions trimmed = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        foreach (string part in value.Split(',', trimmed))
        {
            if (!Read(options, part) && !ReadMore(options, part))
            {
                report.Refuse(statement, WhyNot(part));
            }
        }

        if (Endpoint(options, out string endpoint) is { } problem)
        {
            report.Refuse(statement, problem);
            return;
        }

        Add(report, statement, endpoint, options);
    }

    public static void NoDefaultMsa(ImportReport report, Statement statement)
    {
        report.HasNoDefaultMsa = true;
        report.BuiltIn(statement, "only the listeners that are named are opened");
    }

    /// <summary>ConnectionRateThrottle counts for every listener by itself.</summary>
    public static void Throttle(ImportReport report, Statement statement)
    {
        SetAgain(report, report.Throttle);
        report.Throttle = statement;
    }

    /// <summary>DeliveryMode is that of every listener which has none of its own.</summary>
    public static void DeliveryMode(ImportReport report, Statement statement)
    {
        if (Mode(statement.Argument(0)) is null)
        {
            report.Refuse(statement, WrongMode);
            return;
        }

        SetAgain(report, report.DeliveryMode);
        report.DeliveryMode = statement;
    }

    /// <summary>What Sendmail listens on without being told, and the throttle of every listener.</summary>
    public static void Finish(ImportReport report, bool isMacroFile)
    {
        if (report.ListenerCount == 0)
        {
            AddDefault(report, "*:25", "MTA", "no DAEMON_OPTIONS: Sendmail listens on port 25");
        }

        if (isMacroFile && !report.HasNoDefaultMsa)
        {
            AddDefault(report, "*:587", "MSA", "no FEATURE(`no_default_msa'): Sendmail listens on port 587");
            _ = report.TrySet($"listeners[{report.ListenerCount - 1}].modifiers", "E", out _);
        }

        for (int i = 0; report.Throttle is not null && i < report.ListenerCount; i++)
        {
            report.Set(report.Throttle, $"listeners[{i}].connectionsPerSecond", report.Throttle.Argument(0));
        }

        if (report.DeliveryMode is { } statement)
        {
            FinishMode(report, statement, Mode(statement.Argument(0))!);
        }
    }

    private static void FinishMode(ImportReport report, Statement statement, string mode)
    {
        bool isSet = false;
        for (int i = 0; mode != Background && i < report.ListenerCount; i++)
        {
            string path = $"listeners[{i}].deliveryMode";
            if (!report.Has(path))
            {
                report.Set(statement, path, mode);
                isSet = true;
            }
        }

        if (!isSet)
        {
            report.BuiltIn(
                statement, mode == Background ? "mail is tried at once" : "every listener has a mode of its own");
        }
    }

    private static void SetAgain(ImportReport report, Statement? before)
    {
        if (before is not null)
        {
            report.BuiltIn(before, "a later line sets it again");
        }
    }

    private static bool Read(DaemonOptions options, string part)
    {
        string[] pair = part.Split('=', 2, StringSplitOptions.TrimEntries);
        string value = pair.Length > 1 ? pair[1] : string.Empty;
        if (pair[0].Length == 0)
        {
            return false;
        }

        // The first letter is enough in Sendmail; ReadMore has those that have two meanings.
        switch (char.ToLowerInvariant(pair[0][0]))
        {
            case 'p':
                options.Port = value;
                return true;
            case 'a':
                options.Address = value;
                return true;
            case 'f':
                options.Family = value.ToLowerInvariant();
                return true;
            case 'n':
                options.Name = value;
                return true;
            case 'm':
                options.Modifiers = value;
                return true;
            case 'c':
                options.Children = value;
                return true;
            default:
                return false;
        }
    }

    /// <summary>
    /// What else a listener has. Where two words begin alike, a letter alone is read with its case, as Sendmail reads
    /// every one of these.
    /// </summary>
    private static bool ReadMore(DaemonOptions options, string part)
    {
        string[] pair = part.Split('=', 2, StringSplitOptions.TrimEntries);
        string? key = pair[0] switch
        {
            "R" => "receiveBufferSize",
            "r" => "refuseLoad",
            "d" => "delayLoad",
            ['q' or 'Q', ..] => "queueLoad",
            ['l' or 'L', ..] => "backlog",
            ['s' or 'S', ..] => "sendBufferSize",
            ['r' or 'R', 'e' or 'E', 'c' or 'C', ..] => "receiveBufferSize",
            ['r' or 'R', 'e' or 'E', 'f' or 'F', ..] => "refuseLoad",
            ['d' or 'D', 'e' or 'E', 'l' or 'L', 'a' or 'A', ..] => "delayLoad",
            _ => null,
        };
        if (key is not null)
        {
            options.Numbers.Add((key, pair.Length > 1 ? pair[1] : string.Empty));
        }

        return key is not null || (IsDeliveryMode(pair[0]) && pair.Length > 1 && ReadMode(options, pair[1]));
    }

    private static bool ReadMode(DaemonOptions options, string value)
    {
        options.DeliveryMode = Mode(value);
        return options.DeliveryMode is not null;
    }

    /// <summary>As <c>listeners[].deliveryMode</c> has it; null for one that is not available.</summary>
    private static string? Mode(string value) => value switch
    {
        ['b' or 'B', ..] => Background,
        ['q' or 'Q', ..] => "queue",
        ['d' or 'D', ..] => "deferred",
        _ => null,
    };

    private static bool IsDeliveryMode(string key) =>
        key == "D" || key.StartsWith("deli", StringComparison.OrdinalIgnoreCase);

    private static string WhyNot(string part) => IsDeliveryMode(part.Split('=')[0].TrimEnd())
        ? $"{part}: {WrongMode}"
        : $"{part}: not known or not available on a listener here";

    private static string? Endpoint(DaemonOptions options, out string endpoint)
    {
        endpoint = string.Empty;
        if (options.Family is "local" or "unix")
        {
            endpoint = $"unix:{options.Address}";
            return options.Address.StartsWith('/') ? null : "Addr= must name the socket's path";
        }

        if (options.Family is not ("inet" or "inet6"))
        {
            return $"Family={options.Family} is not known";
        }

        if (!Ports.TryGetValue(options.Port, out int port)
            && !int.TryParse(options.Port, NumberStyles.None, CultureInfo.InvariantCulture, out port))
        {
            return $"Port={options.Port} is neither a number nor a service that is known";
        }

        bool isVersion6 = options.Family == "inet6";
        string address = options.Address.Length > 0 ? options.Address : isVersion6 ? "::" : "0.0.0.0";
        address = address.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? address[5..] : address;
        if (address == "localhost")
        {
            address = isVersion6 ? "::1" : "127.0.0.1";
        }

        if (!IPAddress.TryParse(address, out IPAddress? parsed))
        {
            return $"Addr={options.Address} is a name: write its address";
        }

        endpoint = parsed.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{parsed}]:{port}" : $"{parsed}:{port}";
        return null;
    }

    private static void Add(ImportReport report, Statement statement, string endpoint, DaemonOptions options)
    {
        string path = $"listeners[{report.ListenerCount}]";
        if (!report.TrySet($"{path}.endpoint", endpoint, out string problem)
            || !report.TrySet($"{path}.name", options.Name, out problem))
        {
            report.Unset($"{path}.endpoint");
            report.Refuse(statement, problem);
            return;
        }

        report.ListenerCount++;
        report.Take(statement, $"{path}.endpoint");
        SetModifiers(report, statement, path, options.Modifiers);
        if (options.Children.Length > 0)
        {
            report.Set(statement, $"{path}.connectionsMax", options.Children);
        }

        if (options.DeliveryMode is not null)
        {
            report.Set(statement, $"{path}.deliveryMode", options.DeliveryMode);
        }

        foreach ((string key, string value) in options.Numbers)
        {
            report.Set(statement, $"{path}.{key}", value);
        }
    }

    /// <summary>Letters one by one, so that one that is not known here costs no other.</summary>
    private static void SetModifiers(ImportReport report, Statement statement, string path, string modifiers)
    {
        string known = string.Empty;
        foreach (char letter in modifiers)
        {
            if (report.TrySet($"{path}.modifiers", letter.ToString(), out _))
            {
                known += letter;
            }
            else
            {
                report.Refuse(statement, $"M={letter} is not available on a listener here");
            }
        }

        report.Unset($"{path}.modifiers");
        if (known.Length > 0)
        {
            report.Set(statement, $"{path}.modifiers", known);
        }
    }

    private static void AddDefault(ImportReport report, string endpoint, string name, string comment)
    {
        string path = $"listeners[{report.ListenerCount}]";
        if (report.TrySet($"{path}.endpoint", endpoint, out _) && report.TrySet($"{path}.name", name, out _))
        {
            report.ListenerCount++;
            report.Comment($"{path}.endpoint", comment);
        }
    }

    private sealed class DaemonOptions
    {
        public string Port { get; set; } = "smtp";

        public string Address { get; set; } = string.Empty;

        public string Family { get; set; } = "inet";

        public string Name { get; set; } = "MTA";

        public string Modifiers { get; set; } = string.Empty;

        public string Children { get; set; } = string.Empty;

        /// <summary>As <c>listeners[].deliveryMode</c> has it; null if it has none of its own.</summary>
        public string? DeliveryMode { get; set; }

        /// <summary>Keys of a listener and their values, as they were written.</summary>
        public List<(string Key, string Value)> Numbers { get; } = [];
    }
}
