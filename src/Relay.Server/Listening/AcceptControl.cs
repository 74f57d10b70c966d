using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Relay.Logging;

namespace Relay.Server.Listening;

/// <summary>
/// What accept control of one listener knows: its rate, and the limits that all listeners share. Used by the accept
/// loop; the rate may be changed at any time.
/// </summary>
internal sealed class AcceptControl
{
    private readonly string _listener;
    private readonly SmtpServerContext _context;

    public AcceptControl(string listener, int connectionsPerSecond, SmtpServerContext context)
    {
        _listener = listener;
        _context = context;
        Rate = new AcceptRate(context.Heartbeat.Time, connectionsPerSecond);
    }

    public AcceptRate Rate { get; }

    /// <summary>Counts a new connection or marks it as one too many.</summary>
    public AdmittedConnection Admit(ConnectionContext connection)
    {
        SmtpServerSettings settings = _context.Settings;
        IPAddress? address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        AdmissionResult admission = _context.Limits.TryEnter(
            address,
            settings.ConnectionsMax,
            settings.ConnectionsPerAddressMax);
        return new AdmittedConnection(connection, _context.Limits, address, admission);
    }

    /// <summary>
    /// Says that connections wait; at most once per second, since each wait lasts to the second's end.
    /// </summary>
    public void OnThrottled()
    {
        _context.Counters.AcceptDeferred();
        byte[] text = Encoding.UTF8.GetBytes(
            $"deferring connections on daemon {_listener}: {Rate.PerSecond} per second");
        _context.Log.Write(new MailEvent { Kind = MailEventKind.Daemon, Reply = text });
    }
}
