using Relay.Delivery;

namespace Relay.Host.Options;

/// <summary>Options of delivery; the defaults are the delivery floor's.</summary>
internal static class DeliveryKeys
{
    private static readonly DeliveryOptions Defaults = new() { HostName = "localhost" };

    private static readonly OptionFormat<TimeSpan> Timeout =
        OptionFormats.DurationBetween(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));

    public static readonly OptionKey<int> ConnectionsPerDestinationMax = new(
        "delivery.connectionsPerDestinationMax",
        OptionFormats.Count(1, 10_000),
        Defaults.ConnectionsPerDestinationMax,
        "Connections to one next hop, and messages under way to it.");

    public static readonly OptionKey<int> ConnectionsMax = new(
        "delivery.connectionsMax", OptionFormats.Count(1, 1_000_000), Defaults.ConnectionsMax,
        "Outbound connections in all.");

    public static readonly OptionKey<int> MessagesPerConnectionMax = new(
        "delivery.messagesPerConnectionMax",
        OptionFormats.Count(0, 1_000_000_000),
        Defaults.MessagesPerConnectionMax,
        "Messages sent over one connection before it is closed; 0 is without limit.");

    public static readonly OptionKey<int> RecipientsPerTransactionMax = new(
        "delivery.recipientsPerTransactionMax",
        OptionFormats.Count(1, 50_000),
        Defaults.RecipientsPerTransactionMax,
        "Recipients of one mail transaction to a next hop; more are split.");

    public static readonly OptionKey<TimeSpan> ConnectionIdleTimeout = new(
        "delivery.connectionIdleTimeout",
        Timeout,
        Defaults.ConnectionIdleTimeout,
        "A connection without work is kept this long for the next message.");

    public static readonly OptionKey<TimeSpan> DestinationIdleTimeout = new(
        "delivery.destinationIdleTimeout",
        Timeout,
        Defaults.DestinationIdleTimeout,
        "What is known of a next hop without mail is forgotten after this long.");

    public static readonly OptionKey<TimeSpan> BackoffInitial = new(
        "delivery.backoff.initial",
        Timeout,
        Defaults.BackoffInitial,
        "The first pause of a next hop that could not be connected to; it doubles.");

    public static readonly OptionKey<TimeSpan> BackoffMaximum = new(
        "delivery.backoff.maximum", Timeout, Defaults.BackoffMaximum, "The longest such pause.");

    public static readonly OptionKey<bool> UseChunking = new(
        "delivery.useChunking", OptionFormats.Flag, Defaults.UseChunking,
        "Send by BDAT where CHUNKING is offered (RFC 3030).");

    public static readonly OptionKey<bool> PipelineTransactions = new(
        "delivery.pipelineTransactions",
        OptionFormats.Flag,
        Defaults.PipelineTransactions,
        "Send the next message's commands together with the final dot while more mail waits for a mailertable, smart "
        + "host or hub route (RFC 2920 §3.1). A next hop that does not answer them gets no more of them.");

    public static readonly OptionKey<bool> PipelineTransactionsOnMxRoutes = new(
        "delivery.pipelineTransactionsOnMxRoutes",
        OptionFormats.Flag,
        Defaults.PipelineTransactionsOnMxRoutes,
        "The same for MX routes.");

    public static readonly OptionKey<bool> BounceEightBitOnMxRoutes = new(
        "delivery.bounceEightBitOnMxRoutes",
        OptionFormats.Flag,
        Defaults.BounceEightBitOnMxRoutes,
        "8-bit content for an MX host without 8BITMIME is returned with 5.6.3; otherwise sent as it is.");

    public static readonly OptionKey<bool> BounceEightBitOnOtherRoutes = new(
        "delivery.bounceEightBitOnOtherRoutes",
        OptionFormats.Flag,
        Defaults.BounceEightBitOnOtherRoutes,
        "The same for mailertable and smart host routes.");

    public static readonly OptionKey<bool> BounceOnGreetingRefusal = new(
        "delivery.bounceOnGreetingRefusal",
        OptionFormats.Flag,
        Defaults.BounceOnGreetingRefusal,
        "A 5xx greeting from every host of a route returns the mail (RFC 7504 §3); otherwise it is deferred.");

    public static readonly OptionKey<bool> LoopCheck = new(
        "delivery.loopCheck",
        OptionFormats.Flag,
        Defaults.LoopCheck,
        "A next hop that greets with our own name is this relay itself: 553 5.3.5.");

    public static readonly OptionKey<NextHopsSetting> FallbackMx = new(
        "delivery.fallbackMx",
        OptionFormats.NextHops,
        NextHopsSetting.None,
        "Sendmail's FallbackMXhost: tried after all MX hosts of a recipient's domain, and when its MX records cannot "
        + "be looked up for now.");

    public static readonly OptionKey<bool> TryNullMxList = new(
        "delivery.tryNullMxList",
        OptionFormats.Flag,
        Defaults.TryNullMxList,
        "A domain whose best MX host is this relay is tried at its own addresses instead of being returned with 554 "
        + "5.3.5 (Sendmail's TryNullMXList).");

    public static readonly OptionKey<TimeSpan> BackupConnectionLifetime = new(
        "delivery.backupConnectionLifetime",
        Timeout,
        Defaults.BackupConnectionLifetime,
        "A connection to a host that is not among the best of its site is closed after this, so that the best are "
        + "tried again.");

    public static readonly OptionKey<TimeSpan> HostStatusTimeout = new(
        "delivery.hostStatusTimeout",
        OptionFormats.OptionalDuration,
        Defaults.HostStatusTimeout,
        "A host that gave no session is tried after the others of its route for five minutes, and twice as long each "
        + "further time, at most for this long (Sendmail's `Timeout.hoststatus`); 0s is never.");

    public static readonly OptionKey<bool> DefaultReplyRules = new(
        "delivery.defaultReplyRules",
        OptionFormats.Flag,
        Defaults.UseDefaultReplyRules,
        "Act on what large providers are known to answer, by the rules of docs/destinations.md, where no rule of "
        + "`replyRules` matches.");

    public static readonly OptionKey<TimeSpan> ConnectTimeout = new(
        "delivery.timeouts.connect", Timeout, Defaults.Timeouts.Connect, "The TCP handshake.");

    public static readonly OptionKey<TimeSpan> GreetingTimeout = new(
        "delivery.timeouts.greeting", Timeout, Defaults.Timeouts.Greeting, "The initial 220 (RFC 5321 §4.5.3.2.1).");

    public static readonly OptionKey<TimeSpan> HelloTimeout = new(
        "delivery.timeouts.hello", Timeout, Defaults.Timeouts.Hello, "The reply to EHLO, HELO, LHLO and RSET.");

    public static readonly OptionKey<TimeSpan> AuthTimeout = new(
        "delivery.timeouts.auth", Timeout, Defaults.Timeouts.Auth, "Each reply within AUTH.");

    public static readonly OptionKey<TimeSpan> StartTlsTimeout = new(
        "delivery.timeouts.startTls", Timeout, Defaults.Timeouts.StartTls,
        "The reply to STARTTLS, and the handshake (Sendmail's `Timeout.starttls`).");

    public static readonly OptionKey<TimeSpan> MailTimeout = new(
        "delivery.timeouts.mail", Timeout, Defaults.Timeouts.Mail, "The reply to MAIL (§4.5.3.2.2).");

    public static readonly OptionKey<TimeSpan> RcptTimeout = new(
        "delivery.timeouts.rcpt", Timeout, Defaults.Timeouts.Rcpt, "The reply to RCPT (§4.5.3.2.3).");

    public static readonly OptionKey<TimeSpan> DataInitiationTimeout = new(
        "delivery.timeouts.dataInitiation", Timeout, Defaults.Timeouts.DataInitiation,
        "The reply to DATA (§4.5.3.2.4).");

    public static readonly OptionKey<TimeSpan> DataBlockTimeout = new(
        "delivery.timeouts.dataBlock", Timeout, Defaults.Timeouts.DataBlock, "Each write of content (§4.5.3.2.5).");

    public static readonly OptionKey<TimeSpan> DataTerminationTimeout = new(
        "delivery.timeouts.dataTermination",
        Timeout,
        Defaults.Timeouts.DataTermination,
        "The reply to the final dot (§4.5.3.2.6); too short a wait makes duplicates.");

    public static readonly OptionKey<TimeSpan> QuitTimeout = new(
        "delivery.timeouts.quit", Timeout, Defaults.Timeouts.Quit, "The reply to QUIT.");

    public static readonly OptionKey<long> ReturnedContentMax = new(
        "delivery.returnedContentMax",
        OptionFormats.Size(0, 1L << 30),
        Defaults.Notifications.ReturnedContentMax,
        "Larger messages are returned with their header section only, unless RET=FULL asks for all.");

    public static readonly OptionKey<long> ReturnedFullMax = new(
        "delivery.returnedFullMax",
        OptionFormats.Size(0, 1L << 30),
        Defaults.Notifications.ReturnedFullMax,
        "Not even RET=FULL returns more than this (RFC 3461 §4.3).");

    public static IReadOnlyList<OptionKey> All { get; } =
    [
        ConnectionsPerDestinationMax, ConnectionsMax, MessagesPerConnectionMax, RecipientsPerTransactionMax,
        ConnectionIdleTimeout, DestinationIdleTimeout, BackoffInitial, BackoffMaximum, UseChunking,
        PipelineTransactions, PipelineTransactionsOnMxRoutes,
        BounceEightBitOnMxRoutes, BounceEightBitOnOtherRoutes, BounceOnGreetingRefusal, LoopCheck, FallbackMx,
        TryNullMxList, BackupConnectionLifetime, HostStatusTimeout, DefaultReplyRules, ConnectTimeout,
        GreetingTimeout, HelloTimeout, AuthTimeout, StartTlsTimeout, MailTimeout, RcptTimeout, DataInitiationTimeout,
        DataBlockTimeout, DataTerminationTimeout, QuitTimeout, ReturnedContentMax, ReturnedFullMax,
    ];
}
