using System.Net;
using Microsoft.Extensions.Logging;
using Relay.Logging;
using Relay.Queue;
using Relay.Server.Authentication;
using Relay.Server.Policies;
using Relay.Throttling;

namespace Relay.Server;

/// <summary>What the server role needs of the rest of the program.</summary>
public sealed class SmtpServerServices
{
    public required IMailQueue Queue { get; init; }

    public required IConnectionPolicy ConnectionPolicy { get; init; }

    public required IRecipientPolicy RecipientPolicy { get; init; }

    public required Heartbeat Heartbeat { get; init; }

    public required ILoggerFactory LoggerFactory { get; init; }

    public IMailLog MailLog { get; init; } = NullMailLog.Instance;

    /// <summary>Null: VRFY and EXPN tell nothing, whatever the privacy options allow.</summary>
    public IAddressVerifier? AddressVerifier { get; init; }

    /// <summary>Null: header sections pass through untouched, at no cost.</summary>
    public IHeaderRewriter? HeaderRewriter { get; init; }

    /// <summary>Read for each command and connection, so cheap. Null: the limits by load have no effect.</summary>
    public ILoadAverage? LoadAverage { get; init; }

    /// <summary>Null: AUTH is neither offered nor served.</summary>
    public IAuthenticator? Authenticator { get; init; }

    /// <summary>Null: VERB shows nothing.</summary>
    public IDeliveryWatcher? DeliveryWatcher { get; init; }

    /// <summary>Null: ETRN is neither advertised nor served.</summary>
    public IEtrnHandler? EtrnHandler { get; init; }

    /// <summary>
    /// A listening socket that this process was given for the address, taken once; null where there is none. A null
    /// function: every listener is bound here.
    /// </summary>
    public Func<EndPoint, int?>? TakeInheritedSocket { get; init; }
}
