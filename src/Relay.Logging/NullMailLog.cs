namespace Relay.Logging;

/// <summary>Drops every event.</summary>
public sealed class NullMailLog : IMailLog
{
    public static NullMailLog Instance { get; } = new();

    public void Write(scoped in MailEvent mailEvent)
    {
    }
}
