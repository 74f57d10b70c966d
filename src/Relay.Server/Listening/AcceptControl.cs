using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Relay.Logging;
using Relay.Server.Policies;
using Relay.Throttling;

namespace Relay.Server.Listening;

/// <summary>
/// What accept control of one listener knows: its rate, its own limit, and the limits that all listeners share. Used
/// by the accept loop, whose connections leave from anywhere; rate and limit may be changed at any time.
/// </summary>
internal sealed class AcceptControl
{
    /// <summary>Milliseconds: connections that are refused are told of once a minute.</summary>
    private const long TellInterval = 60_000;

    private readonly string _listener;
    private readonly SmtpServerContext _context;
    private volatile int _connectionsMax;
    private volatile bool _expectsProxy;
    private volatile int _refuseLoad;
    private int _open;
    private long _tellsFrom; // of the accept loop: milliseconds of the heartbeat's clock

    public AcceptControl(SmtpListenerOptions options, SmtpServerContext context)
    {
        _listener = options.Name;
        _context = context;
        _connectionsMax = options.ConnectionsMax;
        _expectsProxy = options.ExpectsProxy;
        _refuseLoad = options.RefuseLoad;
        Rate = new AcceptRate(context.Heartbeat.Time, options.ConnectionsPerSecond);
    }

    public AcceptRate Rate { get; }

    public Heartbeat Heartbeat => _context.Heartbeat;

    /// <summary>Why the socket is to be closed now, since no connection would be admitted; null if it is not.</summary>
    public string? WhyClosed() =>
        _context.Settings.ClosesWhileRefusing && Refusal() is var refusal && refusal != AdmissionResult.Admitted
            ? Reason(refusal)
            : null;

    private int Limit => _connectionsMax is var max && max > 0 ? max : _context.Settings.ConnectionsMax;

    /// <summary>Takes over what may change without binding anew.</summary>
    public void Update(SmtpListenerOptions options)
    {
        Rate.PerSecond = options.ConnectionsPerSecond;
        _connectionsMax = options.ConnectionsMax;
        _expectsProxy = options.ExpectsProxy;
        _refuseLoad = options.RefuseLoad;
    }

    /// <summary>
    /// Counts a new connection or marks it as one too many. One of a proxy is counted by the address of its client once
    /// that is known.
    /// </summary>
    public AdmittedConnection Admit(ConnectionContext connection)
    {
        IPAddress? address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (address is not null
            && (_expectsProxy || _context.Settings.IsXclientHost(ClientIdentity.Unmapped(address))))
        {
            address = null;
        }

        int rate = address is null ? 0 : _context.Limits.CountRate(address);
        AdmissionResult admission = TryEnter(address, out int open);
        if (admission is AdmissionResult.Overloaded or AdmissionResult.TooMany)
        {
            TellOnceAMinute(Reason(admission));
        }

        return new AdmittedConnection(connection, this, address, admission) { Rate = rate, Open = open };
    }

    /// <summary>An admitted connection is another client's than it was counted for.</summary>
    /// <param name="before">Whom it was counted for; null for nobody.</param>
    /// <param name="address">Whose it is.</param>
    /// <param name="rate">Connections of the address within the last minute, this one included.</param>
    /// <param name="open">Open connections of the address, this one included if there is room.</param>
    public AdmissionResult EnterAs(IPAddress? before, IPAddress address, out int rate, out int open)
    {
        rate = _context.Limits.CountRate(address);
        AdmissionResult admission = _context.Limits.TryEnterAddress(
            address, _context.Settings.ConnectionsPerAddressMax, out open);
        if (admission == AdmissionResult.Admitted && before is not null)
        {
            _context.Limits.LeaveAddress(before);
        }

        return admission;
    }

    /// <summary>An admitted connection is closed.</summary>
    public void Leave(IPAddress? address)
    {
        Interlocked.Decrement(ref _open);
        _context.Limits.Leave(address);
    }

    /// <summary>
    /// Says that connections wait; at most once per second, since each wait lasts to the second's end.
    /// </summary>
    public void OnThrottled()
    {
        _context.Counters.AcceptDeferred();
        Log($"deferring connections on daemon {_listener}: {Rate.PerSecond} per second");
    }

    /// <summary>The socket is closed; called by the accept loop, as all of these.</summary>
    public void OnClosed(string reason) => TellOnceAMinute(reason);

    /// <summary>The socket is bound again.</summary>
    public void OnOpened() => Log($"accepting connections again for daemon {_listener}");

    /// <summary>The socket could not be bound again; a second later it is tried once more.</summary>
    public void OnNotOpened(string reason) => Log($"daemon {_listener}: cannot listen again: {reason}");

    /// <summary>Whether the load or the number of connections lets none in.</summary>
    private AdmissionResult Refusal()
    {
        SmtpServerSettings settings = _context.Settings;
        int connectionsMax = _connectionsMax;
        int refuseLoad = _refuseLoad is > 0 and var own ? own : settings.RefuseLoad;
        return refuseLoad > 0 && _context.Load >= refuseLoad ? AdmissionResult.Overloaded
            : connectionsMax > 0 && Volatile.Read(ref _open) >= connectionsMax ? AdmissionResult.TooMany
            : _context.Limits.Total >= settings.ConnectionsMax ? AdmissionResult.TooMany
            : AdmissionResult.Admitted;
    }

    private AdmissionResult TryEnter(IPAddress? address, out int open)
    {
        SmtpServerSettings settings = _context.Settings;
        open = 0;
        AdmissionResult refusal = Refusal();
        if (refusal != AdmissionResult.Admitted)
        {
            return refusal;
        }

        AdmissionResult admission = _context.Limits.TryEnter(
            address,
            settings.ConnectionsMax,
            settings.ConnectionsPerAddressMax,
            out open);
        if (admission == AdmissionResult.Admitted)
        {
            Interlocked.Increment(ref _open);
        }

        return admission;
    }

    private string Reason(AdmissionResult refusal) => refusal == AdmissionResult.Overloaded
        ? $"load average: {_context.Load}"
        : $"{Volatile.Read(ref _open)} children, max {Limit}";

    private void TellOnceAMinute(string reason)
    {
        if (_context.Heartbeat.Now >= _tellsFrom)
        {
            _tellsFrom = _context.Heartbeat.Now + TellInterval;
            Log($"rejecting connections on daemon {_listener}: {reason}");
        }
    }

    private void Log(string text) =>
        _context.Log.Write(new MailEvent { Kind = MailEventKind.Daemon, Reply = Encoding.UTF8.GetBytes(text) });
}
