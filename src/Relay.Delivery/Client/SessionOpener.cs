using System.Buffers;
using System.Text;
using Relay.Delivery.Tls;
using Relay.Smtp.Replies;

namespace Relay.Delivery.Client;

/// <summary>
/// Opens a session on a connected socket: greeting, EHLO with fall-back to HELO, or LHLO, and TLS as the policy has it.
/// Owned by one worker.
/// </summary>
internal sealed class SessionOpener(DeliveryContext context, SmtpClientConnection connection)
{
    private readonly TlsOpener _tls = new(context, connection);
    private byte[] _hostName = [];

    /// <summary>The last one failed in the TLS handshake, and may be tried again without.</summary>
    public bool MayRetryInClear => _tls.MayRetryInClear;

    /// <summary>A new connection is about to be made.</summary>
    /// <param name="peer">The host.</param>
    /// <param name="inClear">A TLS handshake with it has just failed, see <see cref="MayRetryInClear"/>.</param>
    /// <param name="hostName">Our name in EHLO.</param>
    public void Begin(in TlsPeer peer, bool inClear, byte[] hostName)
    {
        _hostName = hostName;
        _tls.Begin(peer, inClear);
    }

    /// <summary>Null once commands may be sent; else the connection is closed and this is why.</summary>
    public async ValueTask<DeliveryFailure?> OpenAsync()
    {
        DeliveryFailure? failure = _tls.IsImplicit ? await _tls.HandshakeAsync() : null;
        failure ??= await GreetAsync();
        if (failure is null && _tls.IsWanted && connection.Offer.Offers(EhloKeywords.StartTls))
        {
            failure = await StartTlsAsync();
        }

        failure ??= _tls.Check();
        if (failure is not null)
        {
            connection.Close();
        }

        return failure;
    }

    /// <summary>Says EHLO again within TLS: what was offered before counts no more (RFC 3207 §4.2).</summary>
    private async ValueTask<DeliveryFailure?> StartTlsAsync()
    {
        DeliveryFailure? failure = await _tls.StartAsync();
        return failure is not null || connection.Tls is null
            ? failure
            : await HelloAsync(connection.IsLmtp ? "LHLO "u8 : "EHLO "u8);
    }

    private async ValueTask<DeliveryFailure?> GreetAsync()
    {
        if (!await connection.ReadReplyAsync(ClientPhase.Greeting))
        {
            return FailureText.Of(connection);
        }

        if (!connection.IsPositive)
        {
            return Refused();
        }

        if (context.Options.LoopCheck && IsOurName(connection.ReplyText))
        {
            string text = $"{context.Options.HostName} config error: mail loops back to me (MX problem?)";
            return FailureText.Local(true, 3, 5, text, connection.Peer) with { Code = 553 };
        }

        DeliveryFailure? failure = await HelloAsync(connection.IsLmtp ? "LHLO "u8 : "EHLO "u8);
        if (failure is null || connection.IsLmtp || !connection.IsOpen || !connection.IsPermanent)
        {
            return failure;
        }

        connection.Offer = default;
        failure = await HelloAsync("HELO "u8);
        connection.Offer = default; // whatever its text looks like, a HELO offers nothing
        return failure;
    }

    private ValueTask<DeliveryFailure?> HelloAsync(ReadOnlySpan<byte> verb)
    {
        if (connection.HasUnreadInput)
        {
            connection.EndForUnreadInput(ClientPhase.Hello); // it would be taken for the reply to what comes now
            return new ValueTask<DeliveryFailure?>(FailureText.Of(connection));
        }

        connection.Output.Write(verb);
        connection.Output.Write(_hostName);
        connection.Output.Write("\r\n"u8);
        return FinishHelloAsync();
    }

    private async ValueTask<DeliveryFailure?> FinishHelloAsync()
    {
        if (!await connection.FlushAsync(ClientPhase.Hello) || !await connection.ReadReplyAsync(ClientPhase.Hello))
        {
            return FailureText.Of(connection);
        }

        while (connection.ReplyCode == 220) // a second greeting
        {
            if (!connection.IsCareful)
            {
                connection.Fail(SessionEnd.OutOfStep);
                return FailureText.Of(connection);
            }

            connection.OnSurplus();
            if (!await connection.ReadReplyAsync(ClientPhase.Hello))
            {
                return FailureText.Of(connection);
            }
        }

        return connection.IsPositive ? null : Refused();
    }

    private DeliveryFailure Refused()
    {
        if (connection.HasUnreadInput)
        {
            connection.EndForUnreadInput(connection.Phase);
            return FailureText.Of(connection);
        }

        return FailureText.OfReply(connection) with
        {
            IsPermanent = connection.IsPermanent && !connection.IsCareful && context.Options.BounceOnGreetingRefusal,
        };
    }

    private bool IsOurName(ReadOnlySpan<byte> greeting)
    {
        int end = greeting.IndexOf((byte)' ');
        ReadOnlySpan<byte> name = end < 0 ? greeting : greeting[..end];
        return Ascii.EqualsIgnoreCase(name, context.HostName);
    }
}
