using System.Text;
using Relay.Sasl;
using Relay.Server.Policies;

namespace Relay.Server.Authentication.Dovecot;

/// <summary>An exchange whose messages go to Dovecot as they are. Counted as every other for the throttles.</summary>
internal sealed class DovecotExchange(
    UserAuthenticator owner, DovecotClient dovecot, ClientIdentity client, SaslMechanisms mechanism, string asked)
    : IAuthenticationExchange
{
    private DovecotConnection? _connection;
    private uint _id;

    /// <summary>By the client's own mechanism.</summary>
    public DovecotExchange(
        UserAuthenticator owner, DovecotClient dovecot, ClientIdentity client, SaslMechanisms mechanism)
        : this(owner, dovecot, client, mechanism, MechanismNames.Of(mechanism))
    {
    }

    public string Mechanism => MechanismNames.Of(mechanism);

    public string Identity { get; set; } = string.Empty;

    public async ValueTask<AuthenticationStep> NextAsync(ReadOnlyMemory<byte> message, bool isThere)
    {
        DovecotAnswer answer;
        if (_connection is { } connection)
        {
            answer = await dovecot.ContinueAsync(connection, _id, message);
        }
        else
        {
            (_connection, _id, answer) = await dovecot.BeginAsync(asked, client, message, isThere);
        }

        bool isNamed = answer.User.Length > 0;
        Identity = isNamed ? answer.User : Identity;
        byte[] user = Encoding.UTF8.GetBytes(Identity);
        switch (answer.Result)
        {
            case AuthenticationResult.Challenge:
                return new AuthenticationStep(AuthenticationResult.Challenge, answer.Challenge);
            case AuthenticationResult.Accepted when isNamed && owner.IsBarred(client, user):
                return new AuthenticationStep(AuthenticationResult.Throttled);
            case AuthenticationResult.Accepted when isNamed:
                owner.Count(client, user, succeeded: true);
                return new AuthenticationStep(
                    AuthenticationResult.Accepted,
                    Identity: Identity,
                    MayRelay: (owner.Options.Trusted & mechanism) != 0);
            case AuthenticationResult.TemporaryFailure:
                return new AuthenticationStep(AuthenticationResult.TemporaryFailure, Reason: answer.Reason);
            default:
                owner.Count(client, user, succeeded: false);
                return new AuthenticationStep(AuthenticationResult.Failed);
        }
    }

    public void Dispose()
    {
        // Dovecot forgets an exchange that is not gone on with.
    }
}
