using System.Buffers;
using System.Net;
using System.Text;
using Relay.Delivery.Authentication;
using Relay.Sasl;
using Relay.Sasl.Client;

namespace Relay.Delivery.Client;

/// <summary>
/// Authenticates a session where there are credentials for its server (RFC 4954), by the strongest mechanism that both
/// have. Owned by one worker.
/// </summary>
internal sealed class ClientAuthenticator(DeliveryContext context, SmtpClientConnection connection)
{
    /// <summary>Challenges that a server may send; no mechanism needs more than three.</summary>
    private const int ChallengesMax = 8;

    private enum Outcome
    {
        Authenticated,
        Refused,
        Broken,

        /// <summary>There is no token just now.</summary>
        Deferred,
    }

    /// <summary>
    /// Null if the session may go on; else it is closed and this is why. Whatever lacks is a fault that an
    /// administrator must put right, here or there: never final for the mail.
    /// </summary>
    /// <param name="server">The name connected to; empty for a Unix-domain socket.</param>
    /// <param name="address">Its address; null for a Unix-domain socket.</param>
    /// <param name="port">TCP port.</param>
    /// <param name="isExchange">The recipient's domain or literal named the server, not an administrator.</param>
    public async ValueTask<DeliveryFailure?> AuthenticateAsync(
        string server, IPAddress? address, int port, bool isExchange)
    {
        if (context.Credentials?.Find(server, address, isExchange) is not { } credentials)
        {
            return null;
        }

        SaslMechanisms common = MechanismNames.ParseList(Encoding.ASCII.GetBytes(connection.Offer.AuthMechanisms ?? string.Empty))
            & credentials.Mechanisms;
        string danger = DangerOfSecret();
        SaslMechanisms usable = danger.Length > 0 ? common & ~SaslMechanisms.SendSecret : common;
        if (usable == SaslMechanisms.None)
        {
            return Fail(common != SaslMechanisms.None
                ? $"{MechanismNames.Write(common)} would show the secret to {danger}"
                : string.IsNullOrEmpty(connection.Offer.AuthMechanisms)
                    ? "the server does not offer AUTH"
                    : $"no mechanism in common: the server offers {connection.Offer.AuthMechanisms}, the entry is for "
                        + MechanismNames.Write(credentials.Mechanisms));
        }

        string problem = string.Empty;
        foreach (SaslMechanisms mechanism in MechanismNames.ByStrength.Where(m => (usable & m) != 0))
        {
            (Outcome outcome, problem) = await TryAsync(credentials, mechanism, server, port);
            if (outcome == Outcome.Authenticated)
            {
                Log($"AUTH=client, relay={Peer}, authid={credentials.Identity}, mech={MechanismNames.Of(mechanism)}, bits=0");
                return null;
            }

            if (outcome == Outcome.Broken)
            {
                DeliveryFailure broken = FailureText.Of(connection);
                connection.Close();
                return broken;
            }

            if (outcome == Outcome.Deferred || (connection.ReplyCode is >= 400 and < 500))
            {
                return Defer(problem); // the server's own trouble, or the token endpoint's: nothing to put right
            }

            if (connection.ReplyCode is not (504 or 534 or 538))
            {
                break; // wrong is wrong, by whatever mechanism
            }
        }

        return Fail(problem);
    }

    /// <summary>To whom the secret would be shown, and what puts that right; empty: to the server alone.</summary>
    private string DangerOfSecret()
    {
        if (context.Options.AllowPlaintextAuthentication)
        {
            return string.Empty;
        }

        if (connection.Tls is not { } tls)
        {
            return "whoever listens: there is no TLS";
        }

        bool isKnown = context.Options.AllowUnverifiedAuthentication
            || (context.Tls?.Policy.IsAuthenticated(connection.TlsPeer, tls) ?? tls.IsVerified);
        return isKnown
            ? string.Empty
            : $"whoever answers in the server's place: its certificate is not verified ({tls.Problem}); "
                + "see delivery.tls.authorities, delivery.tls.policies and auth.allowUnverifiedServers";
    }

    private string Peer => Encoding.UTF8.GetString(connection.Peer);

    private async ValueTask<(Outcome Outcome, string Problem)> TryAsync(
        ServerCredentials credentials, SaslMechanisms mechanism, string server, int port)
    {
        byte[]? token = null;
        if (credentials.Tokens is { } tokens)
        {
            TokenResult result = await tokens.GetAsync(refused: null, context.Stopping);
            if (result.Warning.Length > 0)
            {
                Log(result.Warning);
            }

            if (result.Token is null)
            {
                connection.ForgetReply();
                return (result.IsTemporary ? Outcome.Deferred : Outcome.Refused, result.Problem);
            }

            token = result.Token;
        }

        (Outcome Outcome, string Problem) first = await ExchangeAsync(
            SaslClient.Create(mechanism, credentials.SecretOf(token), server, port));
        if (first.Outcome != Outcome.Refused || token is null || connection.ReplyCode / 100 != 5)
        {
            return first;
        }

        // Revoked before its time: once more with a new one.
        TokenResult renewed = await credentials.Tokens!.GetAsync(token, context.Stopping);
        return renewed.Token is null
            ? first
            : await ExchangeAsync(SaslClient.Create(mechanism, credentials.SecretOf(renewed.Token), server, port));
    }

    private async ValueTask<(Outcome Outcome, string Problem)> ExchangeAsync(SaslClient client)
    {
        Write("AUTH "u8);
        Write(Encoding.ASCII.GetBytes(MechanismNames.Of(client.Mechanism)));
        byte[]? initial = client.InitialResponse;
        byte[] encoded = initial is null ? [] : Base64Line.Encode(initial);
        bool fits = encoded.Length + 32 <= Base64Line.LengthMax; // else the server asks for it (RFC 4954 §4)
        if (initial is not null && fits)
        {
            Write(" "u8);
            Write(encoded.Length == 0 ? "="u8 : encoded);
        }

        Write("\r\n"u8);
        for (int challenges = 0; ; challenges++)
        {
            if (!await connection.FlushAsync(ClientPhase.Auth) || !await connection.ReadReplyAsync(ClientPhase.Auth))
            {
                return (Outcome.Broken, string.Empty);
            }

            if (connection.ReplyCode != 334)
            {
                return Finish(client);
            }

            byte[]? answer = challenges < ChallengesMax ? await AnswerAsync(client) : null;
            Write(answer is null ? "*"u8 : Base64Line.Encode(answer));
            Write("\r\n"u8);
        }
    }

    private (Outcome Outcome, string Problem) Finish(SaslClient client)
    {
        if (connection.IsPositive && client.IsComplete)
        {
            return (Outcome.Authenticated, string.Empty);
        }

        string said = $"{connection.ReplyCode} {Encoding.UTF8.GetString(connection.ReplyText)}";
        string problem = connection.IsPositive
            ? $"{MechanismNames.Of(client.Mechanism)}: the server said {said} without proof that it knows the password"
            : $"{MechanismNames.Of(client.Mechanism)}: {said}"
                + (client.ServerError.Length > 0 ? $" ({client.ServerError})" : string.Empty);
        return (Outcome.Refused, problem);
    }

    /// <summary>Null cancels. SCRAM computes for tens of milliseconds, which is not for a socket thread.</summary>
    private async ValueTask<byte[]?> AnswerAsync(SaslClient client)
    {
        if (!Base64Line.TryDecode(connection.ReplyText, out byte[] challenge))
        {
            return null;
        }

        byte[] answer = [];
        bool goesOn = client.Mechanism == SaslMechanisms.ScramSha256
            ? await Task.Run(() => client.TryAnswer(challenge, out answer))
            : client.TryAnswer(challenge, out answer);
        return goesOn ? answer : null;
    }

    /// <summary>Suspends the destination, or, by Sendmail's way, goes on without authentication.</summary>
    private DeliveryFailure? Fail(string problem)
    {
        if (context.Options.SendUnauthenticated && connection.IsOpen)
        {
            Log($"AUTH=client, relay={Peer}: {problem}; mail is sent without authentication");
            return null;
        }

        return Close(problem) with { SuspendsFor = context.Options.AuthenticationPause };
    }

    private DeliveryFailure Defer(string problem) => Close(problem);

    private DeliveryFailure Close(string problem)
    {
        string text = $"Authentication failed with {Peer}: {problem}";
        DeliveryFailure failure = FailureText.Local(false, 7, 8, text, connection.Peer);
        connection.Close();
        return failure;
    }

    private void Write(ReadOnlySpan<byte> octets) => connection.Output.Write(octets);

    private void Log(string text) => context.LogAlarm(text);
}
