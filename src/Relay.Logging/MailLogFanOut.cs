namespace Relay.Logging;

/// <summary>Gives each event to several logs. Thread-safe if they are.</summary>
public sealed class MailLogFanOut(params IMailLog[] logs) : IMailLog
{
    public void Write(scoped in MailEvent mailEvent)
    {
        foreach (IMailLog log in logs)
        {
            log.Write(in mailEvent);
        }
    }
}
