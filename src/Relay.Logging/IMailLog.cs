namespace Relay.Logging;

/// <summary>
/// The mail log. <see cref="Write"/> never blocks on the output and allocates nothing; peers' octets are escaped by the
/// implementation. If the output cannot keep up, lines are dropped and counted, and a line says how many.
/// Thread-safe.
/// </summary>
public interface IMailLog
{
    void Write(scoped in MailEvent mailEvent);
}
