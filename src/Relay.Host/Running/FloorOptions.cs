using System.Net.Sockets;
using Relay.Delivery;
using Relay.Delivery.Tls;
using Relay.Dns;
using Relay.Host.Options;
using Relay.Queue;
using Relay.Server;
using Relay.Server.Authentication;
using Relay.Server.Policies;
using Relay.Tls;
using Relay.Tls.Certificates;

namespace Relay.Host.Running;

/// <summary>Gives each floor its options out of the settings. The one place where keys meet options.</summary>
internal static class FloorOptions
{
    public static MailQueueOptions ToQueue(
        RelaySettings settings,
        Action<MailQueueIncident> onIncident,
        Action<int, TimeSpan>? onCommit = null)
    {
        return new MailQueueOptions
        {
            Engine = settings.Get(QueueKeys.Engine),
            Directory = settings.Get(QueueKeys.QueueDirectory),
            SynchronousWrites = settings.Get(QueueKeys.SynchronousWrites),
            SegmentSize = settings.Get(QueueKeys.SegmentSize),
            MessagesMax = settings.Get(QueueKeys.MessagesMax),
            LazyCommitInterval = settings.Get(QueueKeys.LazyCommitInterval),
            SnapshotInterval = settings.Get(QueueKeys.SnapshotInterval),
            SnapshotLogLength = settings.Get(QueueKeys.SnapshotLogLength),
            CleanerRate = settings.Get(QueueKeys.CleanerRate),
            Salvage = settings.Get(QueueKeys.Salvage),
            OnIncident = onIncident,
            OnCommit = onCommit,
        };
    }

    /// <param name="tls">Null: TLS is not served.</param>
    public static SmtpServerOptions ToServer(RelaySettings settings, TlsServer? tls = null) => new()
    {
        HostName = settings.Get(RelayKeys.HostName),
        Greeting = settings.Get(ServerKeys.Greeting),
        Listeners =
        [
            .. settings.Listeners.Select(listener => new SmtpListenerOptions
            {
                Name = listener.Get(ListenerKeys.Name),
                EndPoint = listener.Get(ListenerKeys.Endpoint),
                ConnectionsPerSecond = listener.Get(ListenerKeys.ConnectionsPerSecond),
                ConnectionsMax = listener.Get(ListenerKeys.ConnectionsMax),
                Modifiers = listener.Get(ListenerKeys.Modifiers),
                ExpectsProxy = listener.Get(ListenerKeys.ProxyProtocol),
                Backlog = listener.Get(ListenerKeys.Backlog),
                SendBufferSize = listener.Get(ListenerKeys.SendBufferSize),
                ReceiveBufferSize = listener.Get(ListenerKeys.ReceiveBufferSize),
                RefuseLoad = listener.Get(ListenerKeys.RefuseLoad),
                DelayLoad = listener.Get(ListenerKeys.DelayLoad),
                QueueLoad = listener.Get(ListenerKeys.QueueLoad),
                QueuesOnly = listener.Get(ListenerKeys.DeliveryMode) != DeliveryMode.Background,
            }),
            .. SubmissionListener(settings),
        ],
        Proxies = settings.Get(ServerKeys.Proxies).Networks,
        TlsProxies = settings.Get(ServerKeys.TlsProxies).Networks,
        XclientHosts = settings.Get(ServerKeys.XclientHosts).Networks,
        Backlog = settings.Get(ServerKeys.Backlog),
        ConnectionsMax = settings.Get(ServerKeys.ConnectionsMax),
        ConnectionsPerAddressMax = settings.Get(ServerKeys.ConnectionsPerAddressMax),
        MessageSizeMax = settings.Get(RelayKeys.MessageSizeLimit),
        RecipientsMax = settings.Get(ServerKeys.RecipientsMax),
        CommandLineLengthMax = settings.Get(ServerKeys.CommandLineLengthMax),
        ReceivedFieldsMax = settings.Get(ServerKeys.ReceivedFieldsMax),
        BadCommandsMax = settings.Get(ServerKeys.BadCommandsMax),
        RefusedRecipientsMax = settings.Get(ServerKeys.RefusedRecipientsMax),
        CommandsWithoutMailMax = settings.Get(ServerKeys.CommandsWithoutMailMax),
        RequireHello = settings.Get(ServerKeys.RequireHello),
        Privacy = settings.Get(ServerKeys.Privacy),
        BadRecipientThrottle = settings.Get(ServerKeys.BadRecipientThrottle),
        SlowsDownProbing = settings.Get(ServerKeys.SlowDownProbing),
        ClosesOnPreGreetingTraffic = settings.Get(ServerKeys.CloseOnPreGreetingTraffic),
        RefuseLoad = settings.Get(ServerKeys.RefuseLoad),
        ClosesWhileRefusing = settings.Get(ServerKeys.CloseWhileRefusing),
        DelayLoad = settings.Get(ServerKeys.DelayLoad),
        QueueWait = settings.Get(RetryKeys.FixedInterval) is { Ticks: > 0 } interval
            ? interval
            : settings.Get(RetryKeys.Initial),
        BareLineEndings = settings.Get(ServerKeys.BareLineEndings),
        CommandTimeout = settings.Get(ServerKeys.CommandTimeout),
        ContentTimeout = settings.Get(ServerKeys.ContentTimeout),
        ReplyTimeout = settings.Get(ServerKeys.ReplyTimeout),
        HandshakeTimeout = settings.Get(ServerKeys.HandshakeTimeout),
        Tls = tls,
        ContentRateMin = settings.Get(ServerKeys.ContentRateMin),
        ContentRateGrace = settings.Get(ServerKeys.ContentRateGrace),
        WaitForDataBeforeAllocatingBuffer = settings.Get(ServerKeys.WaitForData),
    };

    public static TlsServerOptions ToTlsServer(RelaySettings settings) => new()
    {
        Files = FilesOf(settings, TlsKeys.Certificates, TlsKeys.Authorities),
        MinimumVersion = settings.Get(TlsKeys.MinimumVersion),
        CipherSuites = settings.Get(TlsKeys.CipherSuites).Suites,
        AsksForCertificates = settings.Get(TlsKeys.AskForCertificates),
        Resumption = settings.Get(TlsKeys.Resumption),
    };

    public static TlsClientOptions ToTlsClient(RelaySettings settings) => new()
    {
        Files = FilesOf(settings, TlsKeys.DeliveryCertificate, TlsKeys.DeliveryAuthorities),
        MinimumVersion = settings.Get(TlsKeys.DeliveryMinimumVersion),
        CipherSuites = settings.Get(TlsKeys.DeliveryCipherSuites).Suites,
        Resumption = settings.Get(TlsKeys.DeliveryResumption),
    };

    public static AuthenticationOptions ToAuthentication(RelaySettings settings) => new()
    {
        Mechanisms = settings.Get(AuthKeys.Mechanisms),
        Trusted = settings.Get(AuthKeys.Trusted),
        AllowPlaintext = settings.Get(AuthKeys.AllowPlaintext),
        FailuresPerAddressMax = settings.Get(AuthKeys.FailuresPerAddressMax),
        FailuresPerUserMax = settings.Get(AuthKeys.FailuresPerUserMax),
        ChecksMax = settings.Get(AuthKeys.ChecksMax),
        DovecotSocket = settings.Get(AuthKeys.DovecotSocket),
        TrustsCertificates = settings.Get(TlsKeys.Authorities).Length > 0,
    };

    /// <summary>
    /// Every user may connect, and is known. Sendmail calls the program that submits MSP (submit.cf).
    /// </summary>
    private static SmtpListenerOptions[] SubmissionListener(RelaySettings settings) =>
        settings.Get(SubmissionKeys.Socket) is { Length: > 0 } path
            ?
            [
                new SmtpListenerOptions
                {
                    Name = "MSP",
                    EndPoint = new UnixDomainSocketEndPoint(Path.GetFullPath(path)),
                    Modifiers = ListenerModifiers.AllowUnqualified | ListenerModifiers.NoEtrn,
                    IdentifiesUsers = true,
                    SocketMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
                        | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite,
                },
            ]
            : [];

    /// <param name="tls">Null: never with next hops.</param>
    public static DeliveryOptions ToDelivery(RelaySettings settings, DeliveryTls? tls = null) => new()
    {
        HostName = settings.Get(RelayKeys.HostName),
        Timeouts = new ClientTimeouts
        {
            Connect = settings.Get(DeliveryKeys.ConnectTimeout),
            Greeting = settings.Get(DeliveryKeys.GreetingTimeout),
            Hello = settings.Get(DeliveryKeys.HelloTimeout),
            Auth = settings.Get(DeliveryKeys.AuthTimeout),
            StartTls = settings.Get(DeliveryKeys.StartTlsTimeout),
            Mail = settings.Get(DeliveryKeys.MailTimeout),
            Rcpt = settings.Get(DeliveryKeys.RcptTimeout),
            DataInitiation = settings.Get(DeliveryKeys.DataInitiationTimeout),
            DataBlock = settings.Get(DeliveryKeys.DataBlockTimeout),
            DataTermination = settings.Get(DeliveryKeys.DataTerminationTimeout),
            Quit = settings.Get(DeliveryKeys.QuitTimeout),
        },
        Retry = new RetryOptions
        {
            Initial = settings.Get(RetryKeys.Initial),
            Maximum = settings.Get(RetryKeys.Maximum),
            Minimum = settings.Get(RetryKeys.Minimum),
            Lifetime = settings.Get(RetryKeys.Lifetime),
            UrgentLifetime = settings.Get(RetryKeys.UrgentLifetime),
            NonUrgentLifetime = settings.Get(RetryKeys.NonUrgentLifetime),
            NotificationLifetime = settings.Get(RetryKeys.NotificationLifetime),
            Warning = settings.Get(RetryKeys.Warning),
            UrgentWarning = settings.Get(RetryKeys.UrgentWarning),
            NonUrgentWarning = settings.Get(RetryKeys.NonUrgentWarning),
            Jitter = settings.Get(RetryKeys.Jitter) / 100.0,
            FixedInterval = settings.Get(RetryKeys.FixedInterval) is var interval && interval > TimeSpan.Zero
                ? interval
                : null,
        },
        Notifications = new NotificationOptions
        {
            ReturnedContentMax = settings.Get(DeliveryKeys.ReturnedContentMax),
            ReturnedFullMax = settings.Get(DeliveryKeys.ReturnedFullMax),
            DoubleBounceAddress = settings.Get(NotificationKeys.DoubleBounceAddress),
            PostmasterCopy = settings.Get(NotificationKeys.PostmasterCopy),
        },
        ConnectionsPerDestinationMax = settings.Get(DeliveryKeys.ConnectionsPerDestinationMax),
        ConnectionsMax = settings.Get(DeliveryKeys.ConnectionsMax),
        MessagesPerConnectionMax = settings.Get(DeliveryKeys.MessagesPerConnectionMax),
        RecipientsPerTransactionMax = settings.Get(DeliveryKeys.RecipientsPerTransactionMax),
        ConnectionIdleTimeout = settings.Get(DeliveryKeys.ConnectionIdleTimeout),
        DestinationIdleTimeout = settings.Get(DeliveryKeys.DestinationIdleTimeout),
        BackoffInitial = settings.Get(DeliveryKeys.BackoffInitial),
        BackoffMaximum = settings.Get(DeliveryKeys.BackoffMaximum),
        UseChunking = settings.Get(DeliveryKeys.UseChunking),
        PipelineTransactions = settings.Get(DeliveryKeys.PipelineTransactions),
        PipelineTransactionsOnMxRoutes = settings.Get(DeliveryKeys.PipelineTransactionsOnMxRoutes),
        BounceEightBitOnMxRoutes = settings.Get(DeliveryKeys.BounceEightBitOnMxRoutes),
        BounceEightBitOnOtherRoutes = settings.Get(DeliveryKeys.BounceEightBitOnOtherRoutes),
        BounceOnGreetingRefusal = settings.Get(DeliveryKeys.BounceOnGreetingRefusal),
        AllowPlaintextAuthentication = settings.Get(AuthKeys.AllowPlaintextToServers),
        AllowUnverifiedAuthentication = settings.Get(AuthKeys.AllowUnverifiedServers),
        SendUnauthenticated = settings.Get(AuthKeys.SendUnauthenticated),
        AuthenticationPause = settings.Get(AuthKeys.Pause),
        LoopCheck = settings.Get(DeliveryKeys.LoopCheck),
        Tls = tls,
        FallbackMx = settings.Get(DeliveryKeys.FallbackMx).Hosts,
        TryNullMxList = settings.Get(DeliveryKeys.TryNullMxList),
        BackupConnectionLifetime = settings.Get(DeliveryKeys.BackupConnectionLifetime),
        HostStatusTimeout = settings.Get(DeliveryKeys.HostStatusTimeout),
        UseDefaultReplyRules = settings.Get(DeliveryKeys.DefaultReplyRules),
        DestinationRules = DestinationOptions.ToRules(settings),
        ReplyRules = DestinationOptions.ToReplyRules(settings),
    };

    public static DnsOptions ToDns(RelaySettings settings) => new()
    {
        Servers = settings.Get(DnsKeys.Servers).Servers,
        Port = settings.Get(DnsKeys.Port),
        Timeout = settings.Get(DnsKeys.Timeout),
        Attempts = settings.Get(DnsKeys.Attempts),
        CacheEntriesMax = settings.Get(DnsKeys.CacheEntriesMax),
        TtlMax = settings.Get(DnsKeys.TtlMax),
        NegativeTtlMax = settings.Get(DnsKeys.NegativeTtlMax),
        FailureTtl = settings.Get(DnsKeys.FailureTtl),
        AddressPreference = settings.Get(DnsKeys.AddressPreference),
        ResolvConf = settings.Get(DnsKeys.ResolvConf),
        HostsFile = settings.Get(DnsKeys.HostsFile),
    };

    private static TlsFiles FilesOf(
        RelaySettings settings, OptionKey<CertificatesSetting> certificates, OptionKey<string> authorities) =>
        new()
        {
            Certificates = settings.Get(certificates).Files,
            Authorities = settings.Get(authorities) is { Length: > 0 } path ? Path.GetFullPath(path) : null,
            GroupMayReadKey = settings.Get(TlsKeys.GroupReadableKeys),
        };
}
