namespace Relay.Server;

/// <summary>Counters of the server role since its start. Thread-safe; reads are snapshots of single values.</summary>
public sealed class SmtpServerCounters
{
    private long _sessionsOpened;
    private long _sessionsClosed;
    private long _connectionsRefused;
    private long _acceptsDeferred;
    private long _messagesAccepted;
    private long _messagesDiscarded;
    private long _messagesRefused;
    private long _recipientsRefused;
    private long _octetsAccepted;
    private long _clientsAuthenticated;
    private long _authenticationsRefused;
    private long _timeouts;
    private long _handshakes;
    private long _handshakesFailed;
    private long _clientLimitRefusals;
    private long _commandsDelayed;

    /// <summary>Sessions greeted or refused by policy.</summary>
    public long SessionsOpened => Volatile.Read(ref _sessionsOpened);

    public long SessionsActive => Math.Max(0, SessionsOpened - Volatile.Read(ref _sessionsClosed));

    /// <summary>Connections beyond the limits, answered with 421.</summary>
    public long ConnectionsRefused => Volatile.Read(ref _connectionsRefused);

    /// <summary>TLS handshakes that led to a session.</summary>
    public long Handshakes => Volatile.Read(ref _handshakes);

    public long HandshakesFailed => Volatile.Read(ref _handshakesFailed);

    /// <summary>Times that a listener stopped taking connections for the rest of a second.</summary>
    public long AcceptsDeferred => Volatile.Read(ref _acceptsDeferred);

    public long MessagesAccepted => Volatile.Read(ref _messagesAccepted);

    /// <summary>Messages accepted and dropped, as the policies wanted it.</summary>
    public long MessagesDiscarded => Volatile.Read(ref _messagesDiscarded);

    /// <summary>Messages refused at or behind the end of their content.</summary>
    public long MessagesRefused => Volatile.Read(ref _messagesRefused);

    public long RecipientsRefused => Volatile.Read(ref _recipientsRefused);

    /// <summary>Content octets of accepted messages, in wire form.</summary>
    public long OctetsAccepted => Volatile.Read(ref _octetsAccepted);

    /// <summary>Sessions ended because the client was too slow.</summary>
    public long Timeouts => Volatile.Read(ref _timeouts);

    /// <summary>Sessions refused because their client had too many, or came too often.</summary>
    public long ClientLimitRefusals => Volatile.Read(ref _clientLimitRefusals);

    /// <summary>Commands that were made to wait: refused recipients before them, a busy machine, probing.</summary>
    public long CommandsDelayed => Volatile.Read(ref _commandsDelayed);

    internal void ClientLimitRefused() => Interlocked.Increment(ref _clientLimitRefusals);

    internal void CommandDelayed() => Interlocked.Increment(ref _commandsDelayed);

    internal void SessionOpened() => Interlocked.Increment(ref _sessionsOpened);

    internal void SessionClosed() => Interlocked.Increment(ref _sessionsClosed);

    internal void ConnectionRefused() => Interlocked.Increment(ref _connectionsRefused);

    internal void HandshakeDone() => Interlocked.Increment(ref _handshakes);

    internal void HandshakeFailed() => Interlocked.Increment(ref _handshakesFailed);

    internal void AcceptDeferred() => Interlocked.Increment(ref _acceptsDeferred);

    internal void MessageRefused() => Interlocked.Increment(ref _messagesRefused);

    internal void MessageDiscarded() => Interlocked.Increment(ref _messagesDiscarded);

    internal void RecipientRefused() => Interlocked.Increment(ref _recipientsRefused);

    /// <summary>Clients that proved who they are.</summary>
    public long ClientsAuthenticated => Volatile.Read(ref _clientsAuthenticated);

    /// <summary>Exchanges that proved nothing.</summary>
    public long AuthenticationsRefused => Volatile.Read(ref _authenticationsRefused);

    internal void ClientAuthenticated() => Interlocked.Increment(ref _clientsAuthenticated);

    internal void AuthenticationRefused() => Interlocked.Increment(ref _authenticationsRefused);

    internal void TimedOut() => Interlocked.Increment(ref _timeouts);

    internal void MessageAccepted(long octets)
    {
        Interlocked.Increment(ref _messagesAccepted);
        Interlocked.Add(ref _octetsAccepted, octets);
    }
}
