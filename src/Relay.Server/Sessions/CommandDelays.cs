using System.Globalization;
using System.Text;
using Relay.Smtp.Commands;

namespace Relay.Server.Sessions;

/// <summary>
/// What makes a command wait before it is carried out: recipients refused before it, a busy machine, too many of its
/// kind. Called once per command; allocates only where it logs.
/// </summary>
internal static class CommandDelays
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static TimeSpan Of(SessionDialog dialog, SmtpVerb verb)
    {
        TimeSpan delay = TimeSpan.Zero;
        SmtpServerSettings settings = dialog.Settings;
        if (verb == SmtpVerb.Rcpt
            && settings.BadRecipientThrottle > 0
            && dialog.RefusedSinceMail >= settings.BadRecipientThrottle)
        {
            if (!dialog.HasLoggedFlood)
            {
                dialog.HasLoggedFlood = true;
                dialog.LogSession("Possible SMTP RCPT flood, throttling."u8);
            }

            delay = Second;
        }

        int delayLoad = dialog.Client.DelayLoad is > 0 and var own ? own : settings.DelayLoad;
        if (delayLoad > 0 && verb != SmtpVerb.Quit && dialog.Server.Load is var load && load >= delayLoad)
        {
            if (!dialog.HasLoggedLoad)
            {
                dialog.HasLoggedLoad = true;
                Log(dialog, $"delaying={Name(verb)}, load average={load} >= {delayLoad}");
            }

            delay += Second;
        }

        if (settings.SlowsDownProbing)
        {
            int seconds = dialog.SlowDown.Count(verb, out bool starts, out int count);
            if (starts)
            {
                Log(dialog, string.Create(
                    CultureInfo.InvariantCulture, $"possible SMTP attack: command={Name(verb)}, count={count}"));
            }

            delay += seconds > 0 ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
        }

        return delay;
    }

    private static string Name(SmtpVerb verb) => verb.ToString().ToUpperInvariant();

    private static void Log(SessionDialog dialog, string text) => dialog.LogSession(Encoding.ASCII.GetBytes(text));
}
