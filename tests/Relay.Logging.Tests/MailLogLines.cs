using System.Text;
using Relay.Logging.Outputs;
using Relay.Testing;

namespace Relay.Logging.Tests;

/// <summary>Writes events to a log over memory and gives the lines back.</summary>
internal static class MailLogLines
{
    public delegate void Fill(ref MailEvent mailEvent);

    public static string Of(MailLogFormat format, Fill fill)
    {
        using var output = new MemoryStream();
        var identity = new SyslogIdentity("mail.example.org", SyslogIdentity.DefaultTag, 4711);
        using (var log = new MailLog(new StreamLogOutput(output), format, new ManualTimeProvider(), identity))
        {
            var mailEvent = default(MailEvent);
            fill(ref mailEvent);
            log.Write(in mailEvent);
        }

        return Encoding.UTF8.GetString(output.ToArray());
    }
}
