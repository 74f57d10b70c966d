using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Relay.Queue;
using Relay.Server.Greetings;
using Relay.Server.Listening;
using Relay.Server.Policies;
using Relay.Throttling;
using Relay.Tls.Connections;

namespace Relay.Server.Sessions;

/// <summary>
/// One SMTP session (RFC 5321 §3.1): greets, then reads, lets the core work, waits where it must, and flushes once
/// per read. Only <see cref="RunAsync"/> touches the dialogue; the heartbeat and the server reach in through flags
/// and <see cref="PipeReader.CancelPendingRead"/>.
/// </summary>
internal sealed class SmtpSession : IHeartbeatHandler
{
    private readonly ConnectionContext _connection;
    private readonly SmtpServerContext _server;
    private readonly SmtpServerSettings _settings;
    private volatile PipeReader _input;
    private PipeWriter _output;
    private TlsTransport? _tls;
    private readonly bool _expectsProxy;
    private readonly SessionTimeouts _timeouts;
    private readonly SessionDialog _dialog;
    private volatile SessionDelay? _delay;
    private volatile bool _timedOut;
    private volatile bool _endRequested;
    private volatile ClientLoss? _loss;
    private volatile bool _aborted;

    public SmtpSession(
        ConnectionContext connection,
        SmtpServerContext server,
        ClientIdentity client,
        byte[] listenerName,
        bool expectsProxy = false)
    {
        _expectsProxy = expectsProxy;
        _connection = connection;
        _server = server;
        _settings = server.Settings;
        _input = connection.Transport.Input;
        _output = connection.Transport.Output;
        _timeouts = new SessionTimeouts(_settings);
        _dialog = new SessionDialog(
            server,
            _settings,
            client,
            ClientTexts.Of(client, listenerName),
            _output,
            _timeouts)
        {
            Connection = connection as AdmittedConnection,
        };
    }

    /// <summary>Runs the session to its end. Never throws: what goes wrong ends this session only.</summary>
    public async Task RunAsync()
    {
        _server.Counters.SessionOpened();
        _server.Heartbeat.Register(this);
        try
        {
            if (await TryGreetAsync())
            {
                await TalkAsync();
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            _dialog.LogLostInput(); // the peer is gone
        }
        catch (Exception exception)
        {
            _server.Logger.LogError(exception, "A session failed");
            await TrySayInternalFailureAsync();
        }
        finally
        {
            _dialog.End();
            if (_tls is not null)
            {
                _timeouts.Enter(SessionPhase.Reply, _server.Heartbeat.Now, restarts: true);
                await _tls.DisposeAsync(); // says goodbye, which a peer may refuse to read
            }

            _server.Heartbeat.Unregister(this);
            _server.Counters.SessionClosed();
        }
    }

    /// <summary>Asks the session to end when its transaction does. Thread-safe.</summary>
    public void RequestStop()
    {
        _dialog.StopRequested = true;
        _delay?.Cancel();
        _input.CancelPendingRead();
    }

    /// <summary>Asks the session to end now, whatever it is doing. Thread-safe.</summary>
    public void RequestEnd()
    {
        _endRequested = true;
        RequestStop();
    }

    /// <summary>Cuts the connection. Thread-safe.</summary>
    public void Abort()
    {
        _aborted = true;
        _connection.Abort(new ConnectionAbortedException("The server cut the connection."));
        _loss?.Cancel(); // a client that has ended its side is not told of by the transport again
    }

    public void OnHeartbeat(long now)
    {
        if (!_timeouts.OnBeat(now))
        {
            return;
        }

        bool first = !_timedOut;
        _timedOut = true;
        if (first)
        {
            _server.Counters.TimedOut();
        }

        if (_timeouts.Phase is SessionPhase.Reply or SessionPhase.Handshake)
        {
            Abort(); // nothing can be said to it
        }
        else if (first)
        {
            _input.CancelPendingRead();
        }
    }

    private async ValueTask<bool> TryGreetAsync()
    {
        if (_expectsProxy && !await ProxiedClient.TryTakeAsync(_dialog, _connection))
        {
            await FlushAsync();
            return false;
        }

        _dialog.IsXclientHost =
            _dialog.Client.LocalUserId is null && _settings.IsXclientHost(_dialog.Client.Address);
        ConnectionDecision decision = await DecideAsync();
        bool isProxied = _dialog.IsTls; // a proxy has ended it
        bool isImplicit = !isProxied && (_dialog.Client.Modifiers & ListenerModifiers.ImplicitTls) != 0;
        if (isImplicit && !await TryStartTlsAsync())
        {
            return false;
        }

        bool goesOn = _dialog.TakeConnection(decision);
        if (goesOn && isProxied)
        {
            SessionTls.AskPolicy(_dialog);
        }

        if (goesOn && !isImplicit && _dialog.Rejection is null && decision.GreetPause > TimeSpan.Zero)
        {
            if (!await GreetPause.WaitAsync(_dialog, _input, decision.GreetPause))
            {
                return false;
            }

            goesOn = !_dialog.TalkedTooEarly || !_settings.ClosesOnPreGreetingTraffic;
        }

        if (_dialog.StopRequested)
        {
            _dialog.Reply(_settings.ShuttingDown);
            await FlushAsync();
            return false;
        }

        if (_dialog.TalkedTooEarly)
        {
            _dialog.Reply(_settings.NotAcceptingMessages);
        }
        else if (goesOn)
        {
            Greet();
        }

        return await FlushAsync() && goesOn;
    }

    /// <summary>XCLIENT has said that the client is another one.</summary>
    private async ValueTask<bool> TryGreetAgainAsync()
    {
        ConnectionDecision decision = await DecideAsync();
        bool goesOn = _dialog.TakeConnection(decision);
        if (goesOn)
        {
            if (_dialog.IsTls)
            {
                SessionTls.AskPolicy(_dialog);
            }

            Greet();
        }

        return await FlushAsync() && goesOn;
    }

    /// <summary>A client that nobody knows is not asked about: it is refused.</summary>
    private async ValueTask<ConnectionDecision> DecideAsync()
    {
        ConnectionDecision decision = _dialog.IsClientUnknown
            ? ConnectionDecision.Refuse(ProxiedClient.UnknownRefusal)
            : await AskPolicyAsync();
        _dialog.Adopt(decision);
        return decision;
    }

    private async ValueTask<ConnectionDecision> AskPolicyAsync()
    {
        await using var loss = new ClientLoss(_connection);
        _loss = loss;
        if (_aborted)
        {
            loss.Cancel(); // whoever cut the connection may have looked before there was anything to cancel
        }

        return await _server.ConnectionPolicy.OnConnectAsync(_dialog.Client, loss.Token);
    }

    private void Greet() => _settings.Greeting.Write(
        _output,
        new GreetingContext(_settings.HostName, _server.Date.Current, _dialog.Client, _dialog.Texts));

    private async Task TalkAsync()
    {
        SessionPhase last = SessionPhase.Working;
        bool progress = true;
        while (true)
        {
            SessionPhase phase = _dialog.Phase;
            _timeouts.Enter(phase, _server.Heartbeat.Now, progress || phase != last || phase == SessionPhase.Content);
            last = phase;
            ReadResult read = await _input.ReadAsync();
            _timeouts.Leave();

            ReadOnlySequence<byte> input = read.Buffer;
            long before = input.Length;
            Step step = read.IsCanceled ? OnWoken() : Step.Continue;
            while (step is not (Step.NeedData or Step.StartTls or Step.Greet or Step.Close))
            {
                switch (step)
                {
                    case Step.WaitForPolicy:
                        step = await _dialog.Pending.ResumePolicyAsync();
                        break;
                    case Step.WaitForQueue:
                        MailQueueError error = MailQueueError.None;
                        try
                        {
                            await _dialog.Pending.Queue;
                        }
                        catch (MailQueueException exception)
                        {
                            error = exception.Error;
                        }

                        input = input.Slice(_dialog.Pending.Octets);
                        step = _dialog.Pending.Resume(error);
                        break;
                    case Step.Delay:
                        step = await FlushAsync() ? Step.Continue : Step.Close;
                        if (step == Step.Continue)
                        {
                            await WaitAsync(_dialog.Pending.Delay);
                        }

                        break;
                    case Step.Flush:
                        step = await FlushAsync() ? Step.Continue : Step.Close;
                        break;
                    default:
                        step = SessionCore.Process(_dialog, ref input);
                        break;
                }
            }

            progress = input.Length != before;
            if (step == Step.NeedData && _dialog is { StopRequested: true, Transaction: null })
            {
                step = _dialog.ReplyAndClose(_settings.ShuttingDown);
            }

            _input.AdvanceTo(input.Start, input.End);
            bool connected = _output.UnflushedBytes == 0 || await FlushAsync();
            if (step == Step.Close || !connected)
            {
                return;
            }

            if (step is Step.StartTls or Step.Greet)
            {
                if (!await (step == Step.Greet ? TryGreetAgainAsync() : TryStartTlsAsync()))
                {
                    return;
                }

                progress = true;
            }
            else if (read.IsCompleted)
            {
                _dialog.LogLostInput();
                return;
            }
        }
    }

    /// <returns>False if there is nothing to go on with.</returns>
    private async ValueTask<bool> TryStartTlsAsync()
    {
        if (_settings.Tls is not { IsAvailable: true })
        {
            SessionTls.LogUnavailable(_dialog);
            return false;
        }

        _tls = await SessionTls.TryStartAsync(_dialog, _connection.Transport);
        if (_tls is null)
        {
            return false;
        }

        _output = _tls.Output;
        _input = _tls.Input;
        if (_dialog.StopRequested)
        {
            _input.CancelPendingRead(); // whoever asked may have woken the reader before this one
        }

        return true;
    }

    /// <summary>Holds the session; a stop ends the wait.</summary>
    private ValueTask WaitAsync(TimeSpan delay)
    {
        SessionDelay waiter = _delay ?? new SessionDelay(_server.Delays);
        ValueTask wait = waiter.WaitAsync(delay);
        _delay = waiter;
        if (_dialog.StopRequested)
        {
            waiter.Cancel(); // whoever asked may have looked before there was anything to cancel
        }

        return wait;
    }

    /// <summary>The read was cancelled: the heartbeat or the server wants something.</summary>
    private Step OnWoken()
    {
        if (_timedOut)
        {
            _dialog.LogSession("timeout waiting for input"u8);
            return _dialog.ReplyAndClose(
                _dialog.Phase == SessionPhase.Content ? _settings.ContentTimedOut : _settings.CommandTimedOut);
        }

        return _endRequested || _dialog is { StopRequested: true, Transaction: null }
            ? _dialog.ReplyAndClose(_settings.ShuttingDown)
            : Step.Continue;
    }

    /// <returns>False if the peer is gone.</returns>
    private ValueTask<bool> FlushAsync()
    {
        ValueTask<FlushResult> flush = _output.FlushAsync();
        return flush.IsCompletedSuccessfully ? new ValueTask<bool>(!flush.Result.IsCompleted) : WaitAsync(flush);
    }

    /// <summary>The peer does not read as fast as it makes us write.</summary>
    private async ValueTask<bool> WaitAsync(ValueTask<FlushResult> flush)
    {
        _timeouts.Enter(SessionPhase.Reply, _server.Heartbeat.Now, restarts: true);
        FlushResult result = await flush;
        _timeouts.Leave();
        return !result.IsCompleted;
    }

    private async ValueTask TrySayInternalFailureAsync()
    {
        try
        {
            _dialog.Reply(_settings.InternalFailure);
            await FlushAsync();
        }
        catch (Exception exception)
            when (exception is IOException or InvalidOperationException or OperationCanceledException)
        {
            _server.Logger.LogDebug(exception, "The peer of a failed session is gone");
        }
    }
}
