using static Relay.Host.Import.SendmailOption;

namespace Relay.Host.Import;

/// <summary>Definitions about routes, mailers and files that are no options of a <c>sendmail.cf</c>.</summary>
internal static class RouteDefinitions
{
    private const string NoMailboxes = "The relay has no mailboxes and runs no programs.";
    private const string Smtp = "All mailers are ESMTP and have no flags and arguments.";
    private const string Files = "Text files are read as they are.";

    public static IReadOnlyList<SendmailOption> All { get; } =
    [
        new(string.Empty, "SMART_HOST", Own("smartHost", RouteImport.SmartHost, "`DS` in a sendmail.cf.")),
        new(string.Empty, "LOCAL_RELAY", Own("routes.localRelay", RouteImport.LocalRelay, "`DR` in a sendmail.cf.")),
        new(string.Empty, "MAIL_HUB", Own("routes.mailHub", RouteImport.MailHub, "`DH` in a sendmail.cf.")),
        new(string.Empty, "LUSER_RELAY", Own("routes.luserRelay", RouteImport.LuserRelay, "`DL` in a sendmail.cf.")),
        new(string.Empty, "UUCP_RELAY", No("There is no UUCP.")),
        new(string.Empty, "BITNET_RELAY", No("There is no BITNET.")),
        new(string.Empty, "DECNET_RELAY", No("There is no DECnet.")),
        new(string.Empty, "FAX_RELAY", No("Use `mailertable` for the domain.")),
        new(string.Empty, "RELAY_MAILER_ARGS", Own(
            "smartHost", RouteImport.RelayArguments, "`TCP $h 587` is the smart host's port.")),
        new(string.Empty, "SMTP_MAILER_ARGS", No(Smtp)),
        new(string.Empty, "ESMTP_MAILER_ARGS", No(Smtp)),
        new(string.Empty, "SMTP_MAILER_FLAGS", No(Smtp)),
        new(string.Empty, "RELAY_MAILER_FLAGS", No(Smtp)),
        new(string.Empty, "SMTP_MAILER_MAX", No("`messageSizeLimit` counts for all.")),
        new(string.Empty, "SMTP_MAILER_MAXMSGS", To(
            "delivery.messagesPerConnectionMax", SendmailValues.Number)),
        new(string.Empty, "SMTP_MAILER_MAXRCPTS", To(
            "delivery.recipientsPerTransactionMax", SendmailValues.Limit)),
        new(string.Empty, "RELAY_MAILER_MAXMSGS", To(
            "delivery.messagesPerConnectionMax", SendmailValues.Number)),
        new(string.Empty, "LOCAL_MAILER_PATH", No(NoMailboxes)),
        new(string.Empty, "LOCAL_MAILER_ARGS", No(NoMailboxes)),
        new(string.Empty, "LOCAL_MAILER_FLAGS", No(NoMailboxes)),
        new(string.Empty, "LOCAL_SHELL_PATH", No(NoMailboxes)),
        new(string.Empty, "LOCAL_SHELL_ARGS", No(NoMailboxes)),
        new(string.Empty, "LOCAL_SHELL_FLAGS", No(NoMailboxes)),
        new(string.Empty, "PROCMAIL_MAILER_PATH", No(NoMailboxes)),
        new(string.Empty, "PROCMAIL_MAILER_ARGS", No(NoMailboxes)),
        new(string.Empty, "PROCMAIL_MAILER_FLAGS", No(NoMailboxes)),
        new(string.Empty, "CYRUS_MAILER_PATH", No(NoMailboxes)),
        new(string.Empty, "UUCP_MAILER_PATH", No("There is no UUCP.")),
        new(string.Empty, "UUCP_MAILER_ARGS", No("There is no UUCP.")),
        new(string.Empty, "UUCP_MAILER_MAX", No("There is no UUCP.")),
        new(string.Empty, "MAIL_SETTINGS_DIR", Always("Used where it is named.")),
        new(string.Empty, "DATABASE_MAP_TYPE", Always(Files)),
        new(string.Empty, "DNSBL_MAP", Always("The relay asks the DNS itself.")),
        new(string.Empty, "DNSBL_MAP_OPT", Always("The relay asks the DNS itself.")),
        new(string.Empty, "EDNSBL_TO", Always("The relay asks the DNS itself.")),
        new(string.Empty, "MASQUERADE_NAME", No("Write MASQUERADE_AS.")),
        new(string.Empty, "UUCP_MAX_SIZE", No("There is no UUCP.")),
    ];
}
