namespace Relay.Server.Authentication;

/// <summary>One exchange with one client. Used by one thread at a time, one message at a time.</summary>
public interface IAuthenticationExchange : IDisposable
{
    /// <summary>The mechanism's registered name.</summary>
    string Mechanism { get; }

    /// <summary>Who the client says it is; empty while it has not.</summary>
    string Identity { get; }

    /// <summary>Takes the client's next message. Never throws: what goes wrong is a temporary failure.</summary>
    /// <param name="message">Decoded; unchanged until the task completes.</param>
    /// <param name="isThere">False: the command came without an initial response.</param>
    ValueTask<AuthenticationStep> NextAsync(ReadOnlyMemory<byte> message, bool isThere);
}
