using static Relay.Host.Import.SendmailOption;

namespace Relay.Host.Import;

/// <summary>Options about mail that goes out, and about the queue.</summary>
internal static class DeliveryOptionMap
{
    private const string NoPriority = "There are no queue runs and no priorities: each message has its own time.";
    private const string NoMailboxes = "The relay has no mailboxes and runs no programs.";
    private const string Processes = "The relay is one process.";

    public static IReadOnlyList<SendmailOption> All { get; } =
    [
        new("DeliveryMode", "confDELIVERY_MODE", Own(
            "listeners[].deliveryMode", ListenerImport.DeliveryMode,
            "For every listener without `DeliveryMode=` of its own; `interactive` cannot be had.")),
        new("SuperSafe", "confSAFE_QUEUE", new Fate.BuiltIn(
            static v => SendmailValues.IsTrue(v) || v.StartsWith("post", StringComparison.OrdinalIgnoreCase))
        {
            Text = "250 is said only when the message is on disk; it cannot be switched off for mail that matters.",
        }),
        new("QueueDirectory", "QUEUE_DIR", No(
            "The queue has its own format and directory, `queue.directory`; drain the old one with Sendmail.")),
        new("MinQueueAge", "confMIN_QUEUE_AGE", To("retry.minimum", SendmailValues.Time('m'), "The shortest wait.")),
        new("MaxQueueAge", "confMAX_QUEUE_AGE", To("retry.maximum", SendmailValues.Time('m'), "The longest wait.")),
        new("ConnectionCacheTimeout", "confMCI_CACHE_TIMEOUT",
            To("delivery.connectionIdleTimeout", SendmailValues.Time('s'))),
        new("ConnectionCacheSize", "confMCI_CACHE_SIZE",
            No("Idle connections are kept per next hop; `delivery.connectionsMax` bounds all of them.")),
        new("SingleThreadDelivery", "confSINGLE_THREAD_DELIVERY", Own(
            "delivery.connectionsPerDestinationMax", TextImport.SingleThread, "`true` is 1.")),
        new("HostStatusDirectory", "confHOST_STATUS_DIRECTORY", Always("The state of next hops is kept in memory.")),
        new("FallbackMXhost", "confFALLBACK_MX", No("Use FallbackSmartHost.")),
        new("FallbackSmartHost", "confFALLBACK_SMARTHOST",
            Own("routes.fallbackSmartHost", RouteImport.FallbackSmartHost)),
        new("TryNullMXList", "confTRY_NULL_MX_LIST",
            No("A domain whose best MX is this relay needs an entry in `mailertable`.")),
        new("ConnectOnlyTo", "confCONNECT_ONLY_TO", No("For tests: use `smartHost`.")),
        new("DontExpandCnames", "confDONT_EXPAND_CNAMES",
            AlwaysIfTrue("Addresses are not rewritten to canonical names.")),
        new("ResolverOptions", "confBIND_OPTS", No("The relay has a resolver of its own.")),
        new("HeloName", "confHELO_NAME", To("hostname", SendmailValues.Text)),
        new("EightBitMode", "confEIGHT_BIT_HANDLING", AlwaysIf("The eighth bit passes.", "pass8", "p")),
        new("SendMimeErrors", "confMIME_FORMAT_ERRORS", AlwaysIfTrue("Notifications are MIME (RFC 3464).")),
        new("DoubleBounceAddress", "confDOUBLE_BOUNCE_ADDRESS",
            To("notifications.doubleBounceAddress", SendmailValues.Text, "With its domain, or `postmaster`.")),
        new("PostmasterCopy", "confCOPY_ERRORS_TO",
            To("notifications.postmasterCopy", SendmailValues.Text, "With its domain.")),
        new("SoftBounce", "confSOFT_BOUNCE", AlwaysIfFalse("Permanent failures are final.")),
        new("UseErrorsTo", "confUSE_ERRORS_TO", AlwaysIfFalse("Notifications go to the reverse-path alone.")),
        new("RrtImpliesDsn", "confRRT_IMPLIES_DSN", AlwaysIfFalse("Return-Receipt-To is no request.")),
        new("DeliverByMin", "confDELIVER_BY_MIN", No("DELIVERBY is not offered.")),
        new("HoldExpensive", "confCON_EXPENSIVE",
            AlwaysIfFalse("No mailer is expensive; `relay queue hold` keeps mail.")),
        new("CheckpointInterval", "confCHECKPOINT_INTERVAL",
            Always("Every recipient's state is on disk within `queue.lazyCommitInterval`.")),
        new("QueueSortOrder", "confQUEUE_SORT_ORDER", No(NoPriority)),
        new("QueueFactor", "confQUEUE_FACTOR", No(NoPriority)),
        new("RecipientFactor", "confWORK_RECIPIENT_FACTOR", No(NoPriority)),
        new("ClassFactor", "confWORK_CLASS_FACTOR", No(NoPriority)),
        new("RetryFactor", "confWORK_TIME_FACTOR", No(NoPriority)),
        new("MaxQueueRunSize", "confMAX_QUEUE_RUN_SIZE", No(NoPriority)),
        new("MaxQueueChildren", "confMAX_QUEUE_CHILDREN", No(Processes)),
        new("MaxRunnersPerQueue", "confMAX_RUNNERS_PER_QUEUE", No(Processes)),
        new("NiceQueueRun", "confNICE_QUEUE_RUN", No(Processes)),
        new("ForkEachJob", "confSEPARATE_PROC", AlwaysIfFalse(Processes)),
        new("FastSplit", "confFAST_SPLIT", Always("A message is split by next hop without copies.")),
        new("SharedMemoryKey", "confSHARED_MEMORY_KEY", Always(Processes)),
        new("SharedMemoryKeyFile", "confSHARED_MEMORY_KEY_FILE", Always(Processes)),
        new("DialDelay", "confDIAL_DELAY", AlwaysIf("No lines are dialled.", "0", "0s")),
        new("ClientPortOptions", "confCLIENT_OPTIONS",
            No("Outgoing connections have the address that the system gives.")),
        new("MailboxDatabase", "confMAILBOX_DATABASE", No(NoMailboxes)),
        new("ForwardPath", "confFORWARD_PATH", No(NoMailboxes + " There are no .forward files.")),
        new("UserDatabaseSpec", "confUSERDB_SPEC", No(NoMailboxes)),
        new("MatchGECOS", "confMATCH_GECOS", AlwaysIfFalse(NoMailboxes)),
        new("DeadLetterDrop", "confDEAD_LETTER_DROP", No("What cannot be delivered stays in the queue.")),
        new("SafeFileEnvironment", "confSAFE_FILE_ENV", No(NoMailboxes)),
        new("SaveFromLine", "confSAVE_FROM_LINES", No(NoMailboxes)),
        new("UnixFromLine", "confFROM_LINE", Always(NoMailboxes + " There is no From line.")),
        new("DefaultUser", "confDEF_USER_ID", No("The relay runs as who starts it.")),
        new("RunAsUser", "confRUN_AS_USER",
            No("The relay runs as who starts it: set the user in the service's unit.")),
        new("DontInitGroups", "confDONT_INIT_GROUPS", No(NoMailboxes)),
    ];
}
