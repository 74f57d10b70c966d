using System.Buffers;
using Relay.Delivery.Client;
using Relay.Delivery.Destinations;
using Relay.Delivery.Tls;

namespace Relay.Delivery.Attempts;

/// <summary>
/// The session that a worker sends its messages over: makes it with one of the destination's hosts, tells when it has
/// had its time, ends it, and draws the consequences for a message when it cannot be made or breaks. Owned by one
/// worker, used for one session after another.
/// </summary>
internal sealed class NextHopSession(DeliveryContext context, SmtpClientConnection connection)
{
    private readonly HostConnector _connector = new(context, connection);
    private Destination _destination = null!;
    private bool _connected;
    private bool _tryNextHost;
    private bool _leaves;
    private long _retireAt = long.MaxValue;

    public void Begin(Destination destination) => _destination = destination;

    /// <summary>The destination counts it as a connection; it may be broken.</summary>
    public bool IsConnected => _connected;

    /// <summary>The server may have ended it for what was before the present transaction.</summary>
    public bool IsReused { get; set; }

    /// <summary>QUIT was written.</summary>
    public bool QuitSent { get; set; }

    /// <summary>What TLS goes by has changed since the connection was opened.</summary>
    public bool IsOutdated => !connection.TlsBasis.Is(TlsBasis.Of(context.Tls));

    /// <summary>It has carried as many messages as it may.</summary>
    public bool IsUsedUp => _destination.Limits.MessagesPerConnection is var max and > 0
        && connection.Transactions >= max;

    /// <summary>The connection ended, has carried what it may, or was opened under other rules.</summary>
    public bool MustRetire => _connected
        && (!connection.IsOpen || QuitSent || connection.Dialogue is not null
            || context.Heartbeat.Now >= _retireAt || IsOutdated || IsUsedUp);

    /// <summary>Another message is begun: for it the route's hosts are tried from the first one on.</summary>
    public void BeginMessage() => _tryNextHost = false;

    /// <summary>
    /// Connects. False: there is no session, and the message is deferred, parked again or abandoned.
    /// </summary>
    public async ValueTask<bool> ConnectAsync(MessageAttempt attempt)
    {
        Close();
        bool mayPark = attempt.CountAt(RecipientProgress.Finished) == 0
            && !context.Life.IsAnythingDue(attempt, context.UtcNow - attempt.Message.Received)
            && !(attempt.OtherRecipients > 0 && context.IsWantedElsewhere(attempt.Id));
        bool released = mayPark && attempt.ReleaseClaims(); // whoever takes it out of the line is to have them
        if (!_destination.MayConnectNow(attempt.Id, mayPark, out TimeSpan pause))
        {
            attempt.Parked = mayPark;
            Defer(attempt, _destination.LastFailure, pause);
            return false;
        }

        if (released && !TryClaimAgain(attempt))
        {
            return false;
        }

        if (!_tryNextHost)
        {
            _connector.Begin(_destination);
        }

        _tryNextHost = false;

        DeliveryFailure? failure = await _connector.ConnectAsync();
        if (failure is null)
        {
            _connected = true;
            connection.HasNextHost = _connector.HasMore;
            _retireAt = _connector.IsBackup
                ? context.Heartbeat.Now + (long)context.Options.BackupConnectionLifetime.TotalMilliseconds
                : long.MaxValue;
            _destination.OnConnected();
            return true;
        }

        OnConnectFailed(attempt, failure, mayPark);
        return false;
    }

    /// <summary>
    /// The session broke before a final dot was sent. A cached connection that died says nothing about the message:
    /// it is tried once more afresh; so it is at the route's other hosts, and step by step where a new connection had a
    /// reply too many. Otherwise it is deferred.
    /// </summary>
    public void OnBroken(MessageAttempt attempt)
    {
        DeliveryFailure failure = FailureText.Of(connection);
        SessionEnd end = connection.End;
        bool becomesCareful = end == SessionEnd.OutOfStep && !connection.IsCareful;
        ClientPhase phase = connection.Phase;
        Close();
        attempt.Rewind();
        if (end == SessionEnd.ServiceClosing)
        {
            failure = Refusal.Apply(_destination.Control.Judge(phase, failure), failure);
        }

        if (context.IsStopping)
        {
            attempt.Abandoned = true;
        }
        else if (end == SessionEnd.NextHost)
        {
            _connector.SetDead();
            _tryNextHost = true;
        }
        else if (IsReused && !attempt.Retried)
        {
            attempt.Retried = true;
        }
        else if (becomesCareful)
        {
            _destination.Traits.OnOutOfStep(context.Heartbeat.Now);
            _tryNextHost = _connector.HasMore;
        }
        else if (!IsReused && _connector.HasMore)
        {
            _tryNextHost = true;
        }
        else
        {
            _destination.SetLastFailure(failure);
            attempt.FinishRest(failure);
        }
    }

    /// <summary>Says QUIT, waits shortly for the answer and closes.</summary>
    public async ValueTask QuitAsync()
    {
        if (_connected && connection.IsOpen)
        {
            if (!QuitSent)
            {
                connection.Dialogue?.Closing(connection.Peer);
                connection.Output.Write("QUIT\r\n"u8);
            }

            _ = (QuitSent || await connection.FlushAsync(ClientPhase.Quit))
                && await connection.ReadReplyAsync(ClientPhase.Quit);
        }

        Close();
    }

    /// <summary>The destination was told that the connection, if there is one, ends now.</summary>
    public void Leave() => _leaves = _connected;

    /// <summary>Ends the session, if there is one, without a word.</summary>
    public void Close()
    {
        connection.Close();
        if (_connected && connection.HadSurplus)
        {
            _destination.Traits.OnOutOfStep(context.Heartbeat.Now);
        }

        QuitSent = false;
        if (_connected)
        {
            _connected = false;
            _destination.OnDisconnected(_leaves);
            _leaves = false;
        }
    }

    private void OnConnectFailed(MessageAttempt attempt, DeliveryFailure failure, bool mayPark)
    {
        if (context.IsStopping)
        {
            attempt.Abandoned = true;
            return;
        }

        if (failure.Code != 0)
        {
            failure = Refusal.Apply(_destination.Control.Judge(ClientPhase.Greeting, failure), failure);
        }

        if (failure.IsPermanent)
        {
            _destination.SetLastFailure(failure);
            attempt.FinishRest(failure);
            return;
        }

        if (failure.SuspendsFor > TimeSpan.Zero)
        {
            string reason = System.Text.Encoding.UTF8.GetString(failure.Text);
            _destination.Control.Suspend(reason, failure.SuspendsFor);
            context.LogAlarm($"{reason}; mail for {_destination.Name} waits until this is put right: then run relay "
                + "queue flush");
        }

        bool released = mayPark && attempt.ReleaseClaims();
        attempt.Parked = _destination.OnConnectFailed(attempt.Id, failure, mayPark, out TimeSpan pause);
        if (!attempt.Parked && released && !TryClaimAgain(attempt))
        {
            return;
        }

        Defer(attempt, failure, pause);
    }

    /// <summary>It was not put back into the line. False: it cannot be opened any more, and was given back.</summary>
    private static bool TryClaimAgain(MessageAttempt attempt)
    {
        attempt.Parked = !attempt.TryClaim();
        return !attempt.Parked;
    }

    private void Defer(MessageAttempt attempt, DeliveryFailure failure, TimeSpan pause)
    {
        if (!attempt.Parked)
        {
            attempt.Pause = pause;
            attempt.FinishRest(failure);
        }
        else
        {
            connection.Dialogue?.Parked(failure.Text);
        }
    }
}
