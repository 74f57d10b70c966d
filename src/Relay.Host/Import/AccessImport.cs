using System.Globalization;
using Relay.Host.Options;

namespace Relay.Host.Import;

/// <summary>Features of access control whose arguments say more than on or off.</summary>
internal static class AccessImport
{
    /// <summary>Sendmail's own limit (sendmail/srvrsmtp.c).</summary>
    private const long PauseMax = 300_000;

    /// <summary>FEATURE(`greet_pause', milliseconds); without an argument <c>access</c> alone says.</summary>
    public static void GreetPause(ImportReport report, Statement statement)
    {
        string value = statement.Argument(0);
        if (value.Length == 0)
        {
            report.BuiltIn(statement, "GreetPause: in access counts always");
        }
        else if (long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds))
        {
            var pause = TimeSpan.FromMilliseconds(Math.Min(milliseconds, PauseMax));
            report.Set(statement, "access.greetPause", OptionFormats.WriteDuration(pause));
        }
        else
        {
            report.Refuse(statement, $"\"{value}\" is no number of milliseconds");
        }
    }

    /// <summary>FEATURE(`delay_checks', `friend' or `hater'); the first letter counts.</summary>
    public static void DelayChecks(ImportReport report, Statement statement)
    {
        string value = statement.Argument(0).ToLowerInvariant();
        report.Set(statement, "access.delayChecks", value switch
        {
            "" => "on",
            ['f', ..] => "friend",
            ['h', ..] => "hater",
            _ => value,
        });
    }

    /// <summary>FEATURE(`relay_mail_from', `domain').</summary>
    public static void RelayMailFrom(ImportReport report, Statement statement) => report.Set(
        statement, "access.relayMailFrom", statement.Argument(0) == "domain" ? "domain" : "address");

    public static void PromiscuousRelay(ImportReport report, Statement statement) => report.Refuse(
        statement,
        "an open relay is not carried over; access.promiscuousRelay says what it takes, if it must be");

    /// <summary>FEATURE(`ratecontrol', `nodelay', `terminate') and conncontrol.</summary>
    public static void Limits(ImportReport report, Statement statement)
    {
        if (statement.Argument(1) == "terminate")
        {
            report.Set(statement, "access.limitsTerminate", "true");
        }
        else
        {
            report.BuiltIn(statement, "ClientRate: and ClientConn: in access count always, when a client connects");
        }
    }

    public static void LocalLmtp(ImportReport report, Statement statement) => report.Refuse(
        statement, "no program is run: name the mailbox server's LMTP socket or address in routes.localDelivery");
}
