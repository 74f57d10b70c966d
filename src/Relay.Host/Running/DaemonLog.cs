using System.Text;
using Relay.Logging;
using Relay.Queue;

namespace Relay.Host.Running;

/// <summary>Lines about the program itself.</summary>
internal static class DaemonLog
{
    public static void WriteDaemon(this IMailLog log, string text)
    {
        var mailEvent = new MailEvent { Kind = MailEventKind.Daemon, Reply = Encoding.UTF8.GetBytes(text) };
        log.Write(in mailEvent);
    }

    public static void WriteIncident(this IMailLog log, MailQueueIncident incident)
    {
        Span<byte> id = stackalloc byte[QueueId.TextLength];
        incident.Id.Format(id);
        string text = incident.Exception is { } exception
            ? $"{incident.Message} ({exception.Message})"
            : incident.Message;
        var mailEvent = new MailEvent
        {
            Kind = MailEventKind.Daemon,
            QueueId = incident.Id.IsNone ? default : id,
            Reply = Encoding.UTF8.GetBytes(text),
        };
        log.Write(in mailEvent);
    }
}
