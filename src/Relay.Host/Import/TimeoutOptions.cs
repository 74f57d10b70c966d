using static Relay.Host.Import.SendmailOption;

namespace Relay.Host.Import;

/// <summary>Sendmail's Timeout.*; numbers without a unit are minutes, but days and hours where that is said.</summary>
internal static class TimeoutOptions
{
    private const string Resolver = "The resolver here asks as RFC 1035 says and needs no setting.";

    private static readonly ValueReader Minutes = SendmailValues.Time('m');

    public static IReadOnlyList<SendmailOption> All { get; } =
    [
        new("Timeout.initial", "confTO_INITIAL", To("delivery.timeouts.greeting", Minutes)),
        new("Timeout.connect", "confTO_CONNECT", To("delivery.timeouts.connect", Minutes)),
        new("Timeout.aconnect", "confTO_ACONNECT", No("There is no time for all hosts of a route together.")),
        new("Timeout.iconnect", "confTO_ICONNECT",
            No("The first attempt has the same time as the others, `delivery.timeouts.connect`.")),
        new("Timeout.helo", "confTO_HELO", To("delivery.timeouts.hello", Minutes)),
        new("Timeout.mail", "confTO_MAIL", To("delivery.timeouts.mail", Minutes)),
        new("Timeout.rcpt", "confTO_RCPT", To("delivery.timeouts.rcpt", Minutes)),
        new("Timeout.datainit", "confTO_DATAINIT", To("delivery.timeouts.dataInitiation", Minutes)),
        new("Timeout.datablock", "confTO_DATABLOCK",
            To(["delivery.timeouts.dataBlock", "server.timeouts.content"], Minutes, "Both ways, as in Sendmail.")),
        new("Timeout.datafinal", "confTO_DATAFINAL", To("delivery.timeouts.dataTermination", Minutes)),
        new("Timeout.rset", "confTO_RSET", No("RSET has the time of EHLO, `delivery.timeouts.hello`.")),
        new("Timeout.quit", "confTO_QUIT", To("delivery.timeouts.quit", Minutes)),
        new("Timeout.misc", "confTO_MISC", No("The relay sends no NOOP and no VERB.")),
        new("Timeout.command", "confTO_COMMAND", To("server.timeouts.command", Minutes)),
        new("Timeout.ident", "confTO_IDENT",
            new Fate.BuiltIn(static v => v.TrimEnd('s', 'm', 'h') == "0") { Text = "The relay asks no ident server." }),
        new("Timeout.fileopen", "confTO_FILEOPEN", Always("Files are read without waiting for locks.")),
        new("Timeout.control", "confTO_CONTROL", Always("The admin socket ends idle connections itself.")),
        new("Timeout.queuereturn", "confTO_QUEUERETURN", Own(
            string.Join(' ', LifeImport.Lifetimes), LifeImport.QueueReturn, "Days.")),
        new("Timeout.queuereturn.normal", "confTO_QUEUERETURN_NORMAL",
            To("retry.lifetime", SendmailValues.Time('d'), "Days.")),
        new("Timeout.queuereturn.urgent", "confTO_QUEUERETURN_URGENT",
            To("retry.urgentLifetime", SendmailValues.Time('d'), "Days.")),
        new("Timeout.queuereturn.non-urgent", "confTO_QUEUERETURN_NONURGENT",
            To("retry.nonUrgentLifetime", SendmailValues.Time('d'), "Days.")),
        new("Timeout.queuereturn.dsn", "confTO_QUEUERETURN_DSN",
            To("retry.notificationLifetime", SendmailValues.Time('d'), "Days.")),
        new("Timeout.queuewarn", "confTO_QUEUEWARN", Own(
            string.Join(' ', LifeImport.Warnings), LifeImport.QueueWarn, "Hours.")),
        new("Timeout.queuewarn.normal", "confTO_QUEUEWARN_NORMAL",
            To("retry.warning", SendmailValues.Time('h'), "Hours.")),
        new("Timeout.queuewarn.urgent", "confTO_QUEUEWARN_URGENT",
            To("retry.urgentWarning", SendmailValues.Time('h'), "Hours.")),
        new("Timeout.queuewarn.non-urgent", "confTO_QUEUEWARN_NONURGENT",
            To("retry.nonUrgentWarning", SendmailValues.Time('h'), "Hours.")),
        new("Timeout.queuewarn.dsn", "confTO_QUEUEWARN_DSN",
            Always("There is nobody to tell that a notification is late.")),
        new("Timeout.hoststatus", "confTO_HOSTSTATUS",
            To("delivery.hostStatusTimeout", Minutes, "How long a dead host is tried last at most.")),
        new("Timeout.resolver.retrans", "confTO_RESOLVER_RETRANS", No(Resolver)),
        new("Timeout.resolver.retrans.first", "confTO_RESOLVER_RETRANS_FIRST", No(Resolver)),
        new("Timeout.resolver.retrans.normal", "confTO_RESOLVER_RETRANS_NORMAL", No(Resolver)),
        new("Timeout.resolver.retry", "confTO_RESOLVER_RETRY", No(Resolver)),
        new("Timeout.resolver.retry.first", "confTO_RESOLVER_RETRY_FIRST", No(Resolver)),
        new("Timeout.resolver.retry.normal", "confTO_RESOLVER_RETRY_NORMAL", No(Resolver)),
        new("Timeout.lhlo", "confTO_LHLO", No("LHLO has the time of EHLO, `delivery.timeouts.hello`.")),
        new("Timeout.auth", "confTO_AUTH", No("Each step has the time of other commands, `delivery.timeouts`.")),
        new("Timeout.starttls", "confTO_STARTTLS", To("delivery.timeouts.startTls", Minutes)),
    ];
}
