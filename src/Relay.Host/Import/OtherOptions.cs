using static Relay.Host.Import.SendmailOption;

namespace Relay.Host.Import;

/// <summary>Options about addresses, files and the program itself.</summary>
internal static class OtherOptions
{
    public static IReadOnlyList<SendmailOption> All { get; } =
    [
        new("AliasFile", "ALIAS_FILE", Own("tables.aliases tables.directory", TableImport.AliasFile)),
        new("AliasWait", "confALIAS_WAIT", Always("Tables are read as text; nothing is to be waited for.")),
        new("CheckAliases", "confCHECK_ALIASES", AlwaysIfFalse("`relay check` reads all tables.")),
        new("MaxAliasRecursion", "confMAX_ALIAS_RECURSION", AlwaysIf("Ten, as in Sendmail.", "10")),
        new("MeToo", "confME_TOO", AlwaysIfTrue("A sender who is on the list gets the message, too.")),
        new("LogLevel", "confLOG_LEVEL",
            Always("Every message and refusal has its line; `log.format` says how it looks.")),
        new("StatusFile", "STATUS_FILE", No("`relay queue summary` counts.")),
        new("PidFile", "confPID_FILE", To("pidFile", SendmailValues.Text)),
        new("ControlSocketName", "confCONTROL_SOCKET_NAME",
            No("The admin socket speaks a protocol of its own; `admin.socket` places it.")),
        new("HelpFile", "HELP_FILE", Always("HELP has its text built in.")),
        new("ProcessTitlePrefix", "confPROCESS_TITLE_PREFIX", No("The process has its own name.")),
        new("DontBlameSendmail", "confDONT_BLAME_SENDMAIL", Own(
            "tables.dontBlameSendmail", DontBlameImport.Import, "By word.")),
        new("UnsafeGroupWrites", "confUNSAFE_GROUP_WRITES", AlwaysIfTrue("Files that groups may write are unsafe.")),
        new("RequiresDirfsync", "confREQUIRES_DIR_FSYNC", Always("Directories are synced always.")),
        new("TempFileMode", "confTEMP_FILE_MODE", AlwaysIf("Files of the queue have mode 0600.", "0600", "600")),
        new("QueueFileMode", "confQUEUE_FILE_MODE", AlwaysIf("Files of the queue have mode 0600.", "0600", "600")),
        new("DataFileBufferSize", "confDF_BUFFER_SIZE", Always("Content is written once, into the log.")),
        new("XscriptFileBufferSize", "confXF_BUFFER_SIZE", Always("There are no transcript files.")),
        new("TimeZoneSpec", "confTIME_ZONE", AlwaysIf("The system's time zone counts.", string.Empty, "USE_SYSTEM")),
        new("ServiceSwitchFile", "confSERVICE_SWITCH_FILE", No("Names come from the DNS and /etc/hosts.")),
        new("HostsFile", "confHOSTS_FILE", AlwaysIf("/etc/hosts is read.", "/etc/hosts")),
        new("UseCompressedIPv6Addresses", "confUSE_COMPRESSED_IPV6_ADDRESSES",
            Always("IPv6 addresses in tables are understood in every form.")),
        new("DefaultCharSet", "confDEF_CHAR_SET", Always("Content is not converted.")),
        new("OldStyleHeaders", "confOLD_STYLE_HEADERS", Always("Header fields pass as they are.")),
        new("BlankSub", "confBLANK_SUB", Always("Blanks in addresses are not replaced.")),
        new("OperatorChars", "confOPERATORS", AlwaysIf("Addresses are read as RFC 5321 says.", ".:%@!^/[]+", ".:@[]")),
        new("MustQuoteChars", "confMUST_QUOTE_CHARS", Always("Addresses are read as RFC 5321 says.")),
        new("ColonOkInAddr", "confCOLON_OK_IN_ADDR", Always("Addresses are read as RFC 5321 says.")),
        new("DontPruneRoutes", "confDONT_PRUNE_ROUTES",
            AlwaysIfFalse("Source routes are dropped (RFC 5321, appendix C).")),
        new("IgnoreDots", "confIGNORE_DOTS", AlwaysIfFalse("A line with a dot ends the message.")),
        new("ErrorHeader", "confERROR_MESSAGE", No("Notifications have their text built in.")),
        new("ErrorMode", "confERROR_MODE", Always("Errors are sent as notifications.")),
        new("LDAPDefaultSpec", "confLDAP_DEFAULT_SPEC", No("There are no LDAP tables.")),
        new(string.Empty, "confCW_FILE", Own(
            "tables.localHostNames tables.directory", TableImport.LocalHostNames)),
        new(string.Empty, "confCR_FILE", Own(
            "tables.relayDomains tables.directory", TableImport.RelayDomains)),
        new(string.Empty, "confCT_FILE", No("`submission.trustedUsers` lists who may name another sender with `-f`.")),
        new(string.Empty, "confDOMAIN_NAME", To("hostname", SendmailValues.Text)),
        new(string.Empty, "confRELAY_MSG", To("access.relayMessage", SendmailValues.Unquoted)),
        new(string.Empty, "confREJECT_MSG", To("access.rejectMessage", SendmailValues.Unquoted)),
        new(string.Empty, "confRCPTREJ_MSG", To("access.recipientRejectMessage", SendmailValues.Unquoted)),
        new(string.Empty, "confMAILER_NAME", AlwaysIf("Notifications come from MAILER-DAEMON.", "MAILER-DAEMON")),
        new(string.Empty, "confRECEIVED_HEADER", No("The Received field has its form built in (RFC 5321 §4.4).")),
        new(string.Empty, "confCF_VERSION", Always("A version of the file.")),
        new(string.Empty, "confSMTP_MAILER", AlwaysIf("All mailers are ESMTP.", "smtp", "esmtp", "relay")),
        new(string.Empty, "confRELAY_MAILER", AlwaysIf("All mailers are ESMTP.", "relay", "smtp", "esmtp")),
        new(string.Empty, "confLOCAL_MAILER", No("The relay has no mailboxes and runs no programs.")),
        new(string.Empty, "confUUCP_MAILER", No("There is no UUCP.")),
        new(string.Empty, "confEBINDIR", Always("No programs are run.")),
    ];
}
