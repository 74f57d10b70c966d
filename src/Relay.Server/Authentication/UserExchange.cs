using System.Text;
using Relay.Sasl;
using Relay.Sasl.Server;
using Relay.Server.Authentication.Dovecot;
using Relay.Server.Policies;

namespace Relay.Server.Authentication;

/// <summary>
/// Runs one mechanism of <see cref="UserAuthenticator"/> with its throttles and its hashing; hands over to the second
/// source as soon as the name is known and none of the directory's.
/// </summary>
internal sealed class UserExchange(
    UserAuthenticator owner, ClientIdentity client, SaslServer server, SaslMechanisms mechanism)
    : IAuthenticationExchange
{
    private DovecotExchange? _elsewhere;

    public string Mechanism => MechanismNames.Of(mechanism);

    public string Identity => Encoding.UTF8.GetString(server.Identity);

    public ValueTask<AuthenticationStep> NextAsync(ReadOnlyMemory<byte> message, bool isThere)
    {
        if (_elsewhere is not null)
        {
            return _elsewhere.NextAsync(message, isThere);
        }

        SaslServerState state = server.Next(message.Span, isThere);
        bool isNamed = server.Identity.Length > 0 && state is SaslServerState.Challenge or SaslServerState.Check;
        if (isNamed && owner.IsBarred(client, server.Identity))
        {
            return Done(AuthenticationResult.Throttled);
        }

        if (isNamed && server is ScramServer && owner.FindElsewhere(server.Identity, mechanism) is { } scram)
        {
            // The exchange goes there from its first message on.
            _elsewhere = new DovecotExchange(owner, scram, client, mechanism) { Identity = Identity };
            return _elsewhere.NextAsync(message, isThere);
        }

        return state switch
        {
            SaslServerState.Challenge => ValueTask.FromResult(
                new AuthenticationStep(AuthenticationResult.Challenge, server.Challenge)),
            SaslServerState.Check => CheckAsync(),
            SaslServerState.Accepted => Finish(isRight: true),
            SaslServerState.Refused => Finish(isRight: false),
            _ => Done(AuthenticationResult.Malformed),
        };
    }

    public void Dispose() => Array.Clear(server.Password);

    private static ValueTask<AuthenticationStep> Done(AuthenticationResult result) =>
        ValueTask.FromResult(new AuthenticationStep(result));

    private static AuthenticationStep Unavailable(string reason) =>
        new(AuthenticationResult.TemporaryFailure, Reason: reason);

    private async ValueTask<AuthenticationStep> CheckAsync()
    {
        if (owner.FindElsewhere(server.Identity, SaslMechanisms.Plain) is { } dovecot)
        {
            return await CheckElsewhereAsync(dovecot);
        }

        bool? isRight = await owner.CheckAsync(server.Identity, server.Password);
        return isRight is { } decided
            ? await Finish(decided)
            : Unavailable("too many passwords are being checked");
    }

    /// <summary>Name and password are known, however they were sent: PLAIN asks for both at once.</summary>
    private async ValueTask<AuthenticationStep> CheckElsewhereAsync(DovecotClient dovecot)
    {
        byte[] response = [0, .. server.Identity, 0, .. server.Password];
        using var exchange = new DovecotExchange(
            owner, dovecot, client, mechanism, MechanismNames.Of(SaslMechanisms.Plain))
        {
            Identity = Identity,
        };
        AuthenticationStep step = await exchange.NextAsync(response, isThere: true);
        Array.Clear(response);
        return step.Result == AuthenticationResult.Challenge
            ? Unavailable("Dovecot asks for more than a password")
            : step;
    }

    private ValueTask<AuthenticationStep> Finish(bool isRight)
    {
        owner.Count(client, server.Identity, isRight);
        return isRight
            ? ValueTask.FromResult(new AuthenticationStep(
                AuthenticationResult.Accepted,
                Identity: Identity,
                MayRelay: (owner.Options.Trusted & mechanism) != 0))
            : Done(AuthenticationResult.Failed);
    }
}
