using System.Text;
using Relay.Sasl;
using Relay.Sasl.Server;
using Relay.Server.Policies;

namespace Relay.Server.Authentication;

/// <summary>Runs one mechanism of <see cref="UserAuthenticator"/> with its throttles and its hashing.</summary>
internal sealed class UserExchange(
    UserAuthenticator owner, ClientIdentity client, SaslServer server, SaslMechanisms mechanism)
    : IAuthenticationExchange
{
    public string Mechanism => MechanismNames.Of(mechanism);

    public string Identity => Encoding.UTF8.GetString(server.Identity);

    public ValueTask<AuthenticationStep> NextAsync(ReadOnlyMemory<byte> message, bool isThere)
    {
        SaslServerState state = server.Next(message.Span, isThere);
        bool isBarred = server.Identity.Length > 0 && state is SaslServerState.Challenge or SaslServerState.Check
            && owner.IsBarred(client, server.Identity);
        return isBarred
            ? Done(AuthenticationResult.Throttled)
            : state switch
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

    private async ValueTask<AuthenticationStep> CheckAsync()
    {
        bool? isRight = await owner.CheckAsync(server.Identity, server.Password);
        return isRight is { } decided
            ? await Finish(decided)
            : new AuthenticationStep(AuthenticationResult.TemporaryFailure, Reason: "too many passwords are being checked");
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
