using System.Buffers;
using System.Text;
using Relay.Delivery.Tls;
using Relay.Logging;
using Relay.Tls;

namespace Relay.Delivery.Client;

/// <summary>
/// Brings TLS into a session that is being opened, as the policy has it for the host, and judges the result. Owned by
/// one worker.
/// </summary>
internal sealed class TlsOpener(DeliveryContext context, SmtpClientConnection connection)
{
    private DeliveryTls? _tls;
    private TlsPeer _peer;
    private TlsUse _use;
    private bool _inClear;

    /// <summary>The handshake failed, and the policy allows to connect again without one.</summary>
    public bool MayRetryInClear { get; private set; }

    /// <summary>TLS comes before the greeting.</summary>
    public bool IsImplicit => _use != TlsUse.None && _tls!.Policy.IsImplicit(_peer);

    /// <summary>STARTTLS is to be said, if it is offered.</summary>
    public bool IsWanted => _use != TlsUse.None && !_inClear && connection.Tls is null;

    /// <summary>A new connection with a host.</summary>
    /// <param name="peer">The host.</param>
    /// <param name="inClear">A handshake with it has just failed.</param>
    public void Begin(in TlsPeer peer, bool inClear)
    {
        _tls = context.Tls;
        connection.TlsBasis = TlsBasis.Of(_tls);
        _peer = peer;
        connection.TlsPeer = peer;
        _inClear = inClear;
        MayRetryInClear = false;
        _use = _tls is null || peer.Address is null ? TlsUse.None : _tls.Policy.UseWith(peer);
        connection.TlsVerification = inClear ? TlsVerification.Clear : TlsVerification.None;
    }

    /// <summary>Runs the handshake: null, or why there is no session.</summary>
    public async ValueTask<DeliveryFailure?> HandshakeAsync()
    {
        string? problem = await connection.StartTlsAsync(_tls!.Client, _peer.Host);
        if (problem is null)
        {
            Log($"relay={Peer}, {connection.Tls!.LogText}");
            if (connection.Tls.Problem.Length > 0)
            {
                Log($"cert verify: {connection.Tls.Problem}, relay={Peer}");
            }

            return null;
        }

        string reason = problem.Replace(',', ';'); // analysers read it up to a comma
        Log($"error: connect failed=-1, reason={reason}, SSL_error=1, errno=0, retry=-1, relay={Peer}");
        MayRetryInClear = _use == TlsUse.May && !IsImplicit && connection.End != SessionEnd.Malformed
            && _tls.Policy.CheckServer(_peer, tls: null, TlsVerification.Clear) is null;
        return Failure(new TlsRefusal(454, $"TLS handshake failed with {Peer}: {problem}"));
    }

    /// <summary>Says STARTTLS. Null: TLS is active, or is not and need not be.</summary>
    public async ValueTask<DeliveryFailure?> StartAsync()
    {
        connection.Output.Write("STARTTLS\r\n"u8);
        if (!await connection.FlushAsync(ClientPhase.StartTls) || !await connection.ReadReplyAsync(ClientPhase.StartTls))
        {
            return FailureText.Of(connection);
        }

        if (connection.ReplyCode == 220)
        {
            return await HandshakeAsync();
        }

        connection.TlsVerification = connection.ReplyCode / 100 == 4 ? TlsVerification.Temp : TlsVerification.Protocol;
        Log($"error: refused, reply={connection.ReplyCode} "
            + $"{Encoding.UTF8.GetString(connection.ReplyText)}, relay={Peer}");
        return null;
    }

    /// <summary>Is the session good enough to send mail over it? Null if it is.</summary>
    public DeliveryFailure? Check()
    {
        if (_tls is null || _peer.Address is null)
        {
            return null;
        }

        TlsVerification verification = connection.Tls?.Verification ?? connection.TlsVerification;
        connection.TlsVerification = verification;
        TlsRefusal? refusal = _use == TlsUse.Required && connection.Tls is null
            ? new TlsRefusal(454, $"TLS is required, but was not offered by {Peer}")
            : _tls.Policy.CheckServer(_peer, connection.Tls, verification) is { } weak
                ? weak with { Text = $"{weak.Text} ({Peer})" }
                : null;
        return refusal is null ? null : Failure(refusal);
    }

    private string Peer => Encoding.UTF8.GetString(connection.Peer);

    private DeliveryFailure Failure(TlsRefusal refusal) =>
        FailureText.Local(refusal.IsPermanent, 7, 0, refusal.Text, connection.Peer) with { Code = refusal.Code };

    private void Log(string text) => context.Log.Write(new MailEvent
    {
        Kind = MailEventKind.Session,
        Peer = connection.Peer,
        Reply = Encoding.UTF8.GetBytes("STARTTLS=client, " + text),
        Delay = Timeout.InfiniteTimeSpan,
    });
}
