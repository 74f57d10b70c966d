using System.Net.Sockets;
using Relay.Sasl;
using Relay.Server.Policies;
using Relay.Throttling;

namespace Relay.Server.Authentication.Dovecot;

/// <summary>
/// Dovecot as a source of users, by the socket that its <c>service auth</c> opens for mail servers. Connects when it is
/// made, and again, once a second at most, when the connection is lost. Thread-safe.
/// </summary>
public sealed class DovecotClient : IHeartbeatHandler, IDisposable
{
    /// <summary>Milliseconds: Dovecot answers a wrong password late, up to 17 s, on purpose.</summary>
    private const long AnswerTimeout = 60_000;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly string _path;
    private readonly Heartbeat _heartbeat;
    private readonly Action<string> _tell;
    private readonly Lock _gate = new();
    private Task<DovecotConnection?> _connection;
    private volatile int _mechanisms;
    private bool _isTold;
    private volatile bool _isDisposed;

    /// <param name="path">Dovecot's <c>unix_listener</c>.</param>
    /// <param name="heartbeat">Ends what takes too long.</param>
    /// <param name="tell">Takes a line for the log when Dovecot goes or comes back.</param>
    public DovecotClient(string path, Heartbeat heartbeat, Action<string> tell)
    {
        _path = path;
        _heartbeat = heartbeat;
        _tell = tell;
        _connection = ConnectAsync();
        heartbeat.Register(this);
    }

    /// <summary>What Dovecot offered when it was last there; None before.</summary>
    public SaslMechanisms Mechanisms => (SaslMechanisms)_mechanisms;

    /// <summary>Completes when the connection that is being made is there or has failed.</summary>
    public Task Connected => Current();

    public void OnHeartbeat(long now)
    {
        if (Current() is { IsCompletedSuccessfully: true, Result: { IsLost: false } connection })
        {
            connection.OnHeartbeat(now);
        }
        else if (Current().IsCompleted)
        {
            Reconnect();
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        _heartbeat.Unregister(this);
        if (Current() is { IsCompletedSuccessfully: true, Result: { } connection })
        {
            connection.Dispose();
        }
    }

    /// <summary>Begins an exchange; null if Dovecot is not there.</summary>
    internal async ValueTask<(DovecotConnection? Connection, uint Id, DovecotAnswer Answer)> BeginAsync(
        string mechanism, ClientIdentity client, ReadOnlyMemory<byte> response, bool isThere)
    {
        DovecotConnection? connection = await Current();
        if (connection is null or { IsLost: true })
        {
            connection = await Reconnect();
        }

        if (connection is null)
        {
            return (null, 0, DovecotAnswer.Unavailable("Dovecot cannot be reached"));
        }

        ValueTask<DovecotAnswer> answer = connection.BeginAsync(
            mechanism, Parameters(client, response.Span, isThere), Until, out uint id);
        return (connection, id, await answer);
    }

    internal ValueTask<DovecotAnswer> ContinueAsync(
        DovecotConnection connection, uint id, ReadOnlyMemory<byte> response) =>
        connection.ContinueAsync(id, response.Span, Until);

    private long Until => _heartbeat.Now + AnswerTimeout;

    private static string Parameters(ClientIdentity client, ReadOnlySpan<byte> response, bool isThere) =>
        "\tservice=smtp\tnologin"
        + (client.Tls is null ? string.Empty : "\tsecured")
        + (client.LocalAddress is { } local ? $"\tlip={local}" : string.Empty)
        + $"\trip={client.Address}"
        + (isThere ? $"\tresp={Convert.ToBase64String(response)}" : string.Empty);

    private Task<DovecotConnection?> Current()
    {
        lock (_gate)
        {
            return _connection;
        }
    }

    /// <summary>Connects unless somebody else does or has.</summary>
    private Task<DovecotConnection?> Reconnect()
    {
        lock (_gate)
        {
            bool isNeeded = _connection.IsCompleted && _connection.Result is null or { IsLost: true };
            if (isNeeded && !_isDisposed)
            {
                _connection = ConnectAsync();
            }

            return _connection;
        }
    }

    /// <returns>Null if nobody is there. Never throws.</returns>
    private async Task<DovecotConnection?> ConnectAsync()
    {
        await Task.Yield(); // nothing of this under the lock
        try
        {
            using var timeout = new CancellationTokenSource(ConnectTimeout, _heartbeat.Time);
            DovecotConnection connection = await DovecotConnection.ConnectAsync(_path, timeout.Token);
            _mechanisms = (int)connection.Mechanisms;
            if (_isTold)
            {
                _isTold = false;
                _tell($"dovecot at {_path} is back");
            }

            if (_isDisposed)
            {
                connection.Dispose();
            }

            return connection;
        }
        catch (Exception exception) when (exception
            is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            if (!_isTold && !_isDisposed)
            {
                _isTold = true;
                _tell($"dovecot at {_path} cannot be asked: "
                    + (exception is OperationCanceledException ? "it does not answer" : exception.Message));
            }

            return null;
        }
    }
}
