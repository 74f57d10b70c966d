using static Relay.Host.Import.SendmailOption;

namespace Relay.Host.Import;

/// <summary>Options about mail that comes in.</summary>
internal static class ReceptionOptions
{
    private const string NoMilter = "There are no mail filters yet.";

    public static IReadOnlyList<SendmailOption> All { get; } =
    [
        new("DaemonPortOptions", "confDAEMON_OPTIONS", Own(
            ListenerImport.Keys, ListenerImport.Import, "One listener each; see below.")),
        new("SmtpGreetingMessage", "confSMTP_LOGIN_MSG", Own(
            "server.greeting", TextImport.Greeting, "With Sendmail's macros.")),
        new("PrivacyOptions", "confPRIVACY_FLAGS", Own(
            "server.privacy", PrivacyImport.Import, "Sendmail's words. MAIL without HELO is refused anyway; for "
            + "Sendmail's way see `server.requireHello`.")),
        new("MaxMessageSize", "confMAX_MESSAGE_SIZE", To("messageSizeLimit", SendmailValues.Limit)),
        new("MaxRecipientsPerMessage", "confMAX_RCPTS_PER_MESSAGE", To("server.recipientsMax", SendmailValues.Limit)),
        new("BadRcptThrottle", "confBAD_RCPT_THROTTLE", To(
            "server.badRecipientThrottle", SendmailValues.Number)),
        new("ConnectionRateThrottle", "confCONNECTION_RATE_THROTTLE", Own(
            "listeners[].connectionsPerSecond", ListenerImport.Throttle, "For every listener.")),
        new("ConnectionRateWindowSize", "confCONNECTION_RATE_WINDOW_SIZE",
            AlwaysIf("Rates are counted over a minute.", "60", "60s", "1m")),
        new("MaxDaemonChildren", "confMAX_DAEMON_CHILDREN",
            To("server.connectionsMax", SendmailValues.Limit, "Sessions, which are no processes here.")),
        new("MaxHopCount", "confMAX_HOP", To("server.receivedFieldsMax", SendmailValues.Number)),
        new("MaxNOOPCommands", "confMAX_NOOP_COMMANDS",
            No("`server.commandsWithoutMailMax` bounds all commands that move no mail.")),
        new("MaxHeadersLength", "confMAX_HEADERS_LENGTH",
            No("Header sections are bounded by 32 KiB where they are rewritten; else `messageSizeLimit` counts.")),
        new("MaxMimeHeaderLength", "confMAX_MIME_HEADER_LENGTH", No("MIME header fields are passed on as they are.")),
        new("AllowBogusHELO", "confALLOW_BOGUS_HELO", AlwaysIfFalse("A name in HELO and EHLO is required.")),
        new("RefuseLA", "confREFUSE_LA", To("server.refuseLoad", SendmailValues.Number)),
        new("QueueLA", "confQUEUE_LA", To("queueLoad", SendmailValues.Number)),
        new("DelayLA", "confDELAY_LA", To("server.delayLoad", SendmailValues.Number)),
        new("RejectLogInterval", "confREJECT_LOG_INTERVAL", Always("The log says at once when listeners pause.")),
        new("RejectNUL", "confREJECT_NUL", AlwaysIfFalse("NUL passes as every other octet.")),
        new("SingleLineFromHeader", "confSINGLE_LINE_FROM_HEADER", AlwaysIfFalse("Header fields keep their lines.")),
        new("SevenBitInput", "confSEVEN_BIT_INPUT", AlwaysIfFalse("The eighth bit is kept.")),
        new("MinFreeBlocks", "confMIN_FREE_BLOCKS",
            Always("The queue refuses mail with 452 before its disk is full; space is prepared ahead.")),
        new("DontProbeInterfaces", "confDONT_PROBE_INTERFACES",
            AlwaysIfFalse("The machine's addresses are its own names.")),
        new("TrustedUser", "confTRUSTED_USER", No("The user that the relay runs as is the trusted one.")),
        new("DirectSubmissionModifiers", "confDIRECT_SUBMISSION_MODIFIERS",
            No("`sendmail` submits through `submission.socket`, where addresses need no domain.")),
        new("UseMSP", "confUSE_MSP", No("`sendmail` always submits through `submission.socket`.")),
        new("NoRecipientAction", "confNO_RCPT_ACTION", AlwaysIf(
            "Local mail gets `To: undisclosed-recipients:;`; other mail is not added to.", "none", "add-to-undisclosed")),
        new("InputMailFilters", "confINPUT_MAIL_FILTERS", No(NoMilter)),
        new("Milter.LogLevel", "confMILTER_LOG_LEVEL", No(NoMilter)),
        new("Milter.macros.connect", "confMILTER_MACROS_CONNECT", No(NoMilter)),
        new("Milter.macros.helo", "confMILTER_MACROS_HELO", No(NoMilter)),
        new("Milter.macros.envfrom", "confMILTER_MACROS_ENVFROM", No(NoMilter)),
        new("Milter.macros.envrcpt", "confMILTER_MACROS_ENVRCPT", No(NoMilter)),
        new("Milter.macros.data", "confMILTER_MACROS_DATA", No(NoMilter)),
        new("Milter.macros.eoh", "confMILTER_MACROS_EOH", No(NoMilter)),
        new("Milter.macros.eom", "confMILTER_MACROS_EOM", No(NoMilter)),
        new("AuthMechanisms", "confAUTH_MECHANISMS", Own(
            "auth.mechanisms", AuthImport.Mechanisms("auth.mechanisms"), "Those that are served.")),
        new("AuthRealm", "confAUTH_REALM", No("Users have no realm; those of Dovecot have what it gives them.")),
        new("AuthOptions", "confAUTH_OPTIONS", Own(
            "auth.allowPlaintext", AuthImport.Options, "The letter `p`; the others need nothing here.")),
        new("AuthMaxBits", "confAUTH_MAX_BITS", Always("No mechanism brings an encryption of its own.")),
        new("DefaultAuthInfo", "confDEF_AUTH_INFO", No("Write it as an `AuthInfo:` line into `authinfo`.")),
        .. TlsOptions.All,
    ];
}
