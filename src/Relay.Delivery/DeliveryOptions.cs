using Relay.Delivery.Rules;
using Relay.Delivery.Tls;
using Relay.Routing.Routes;

namespace Relay.Delivery;

/// <summary>Everything that can be set about delivery; immutable once given to <see cref="DeliveryService"/>.</summary>
public sealed class DeliveryOptions
{
    /// <summary>Our name in EHLO, in notifications, and the one that a looping next hop greets us with.</summary>
    public required string HostName { get; init; }

    public ClientTimeouts Timeouts { get; init; } = new();

    public RetryOptions Retry { get; init; } = new();

    public NotificationOptions Notifications { get; init; } = new();

    /// <summary>Connections to one destination, which is also its active messages. Postfix's default of 20.</summary>
    public int ConnectionsPerDestinationMax { get; init; } = 20;

    /// <summary>Outbound connections in all.</summary>
    public int ConnectionsMax { get; init; } = 2000;

    /// <summary>Messages sent over one connection before it is closed; 0 is without limit.</summary>
    public int MessagesPerConnectionMax { get; init; }

    /// <summary>Recipients per mail transaction. RFC 5321 §4.5.3.1.8 makes every server take 100.</summary>
    public int RecipientsPerTransactionMax { get; init; } = 1000;

    /// <summary>A connection without work is closed after this. Most servers drop idle clients after minutes.</summary>
    public TimeSpan ConnectionIdleTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A destination without messages and connections is forgotten after this.</summary>
    public TimeSpan DestinationIdleTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The first pause of a destination to which no connection could be made; it doubles.</summary>
    public TimeSpan BackoffInitial { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause of a destination: what is the most that mail waits after it came back.</summary>
    public TimeSpan BackoffMaximum { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Send by BDAT where CHUNKING is offered. Off: the stored form is DATA's, so DATA is a pure copy.
    /// </summary>
    public bool UseChunking { get; init; }

    /// <summary>
    /// Sends the next message's MAIL, RCPT and DATA in the same write as the final dot (RFC 2920 §3.1 permits it) while
    /// more messages wait for the destination: one round trip per message. For hosts that the administrator named:
    /// mailertable, smart host and hub routes. A destination that leaves such commands unanswered gets no more of them.
    /// </summary>
    public bool PipelineTransactions { get; init; } = true;

    /// <summary>The same for MX routes and address literals, whose hosts are anybody's software.</summary>
    public bool PipelineTransactionsOnMxRoutes { get; init; }

    /// <summary>
    /// An octet >= 0x80 was seen and the host of an MX route lacks 8BITMIME: bounce with 5.6.3, or send as is.
    /// </summary>
    public bool BounceEightBitOnMxRoutes { get; init; } = true;

    /// <summary>The same for mailertable, smart host and hub routes, which Sendmail and Postfix serve as is.</summary>
    public bool BounceEightBitOnOtherRoutes { get; init; }

    /// <summary>A greeting with 5xx from every host of the route bounces (RFC 7504 §3); false defers.</summary>
    public bool BounceOnGreetingRefusal { get; init; } = true;

    /// <summary>
    /// Sendmail's FallbackMXhost: tried after all MX hosts of a recipient's domain, and when its MX records cannot be
    /// looked up for now.
    /// </summary>
    public IReadOnlyList<NextHop> FallbackMx { get; init; } = [];

    /// <summary>
    /// Sendmail's TryNullMXList: a domain whose best MX host is ourselves is tried at its own addresses instead of
    /// being a local configuration error.
    /// </summary>
    public bool TryNullMxList { get; init; }

    /// <summary>
    /// A connection to a host that is not among the best of its site is not used for longer, or mail would stay with a
    /// backup for as long as there is some.
    /// </summary>
    public TimeSpan BackupConnectionLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Sendmail's Timeout.hoststatus: a host that gave no session is tried after the others of its route for five
    /// minutes, and twice as long each further time, at most for this long.
    /// </summary>
    public TimeSpan HostStatusTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Limits of single destinations; can be changed while delivery runs.</summary>
    public IReadOnlyList<DestinationRule> DestinationRules { get; init; } = [];

    /// <summary>What follows from refusals, the first that matches counts; can be changed likewise.</summary>
    public IReadOnlyList<ReplyRule> ReplyRules { get; init; } = [];

    /// <summary>Behind those, what helps with the known answers of large providers.</summary>
    public bool UseDefaultReplyRules { get; init; } = true;

    /// <summary>
    /// PLAIN, LOGIN and tokens go to servers without TLS, too, where there are credentials for them. Sendmail does so.
    /// </summary>
    public bool AllowPlaintextAuthentication { get; init; }

    /// <summary>
    /// PLAIN, LOGIN and tokens go under TLS to servers whose certificate is not verified, too. Sendmail does so.
    /// </summary>
    public bool AllowUnverifiedAuthentication { get; init; }

    /// <summary>
    /// Where there are credentials and the server does not take them, mail is sent without: Sendmail's way, which makes
    /// the server refuse it. Else it waits, and an administrator is told.
    /// </summary>
    public bool SendUnauthenticated { get; init; }

    /// <summary>How long a destination rests whose server does not take our credentials: long enough not to be locked
    /// out for guessing.</summary>
    public TimeSpan AuthenticationPause { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>TLS with next hops; null: never.</summary>
    public DeliveryTls? Tls { get; init; }

    /// <summary>A next hop that greets with our own name is ourselves: 553 5.3.5 instead of a loop.</summary>
    public bool LoopCheck { get; init; } = true;
}
