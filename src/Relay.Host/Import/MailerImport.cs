namespace Relay.Host.Import;

/// <summary><c>MAILER(…)</c>, and <c>M</c> lines.</summary>
internal static class MailerImport
{
    private const string BuiltIn = "SMTP and LMTP are built in";

    public static void Import(ImportReport report, Statement statement)
    {
        string name = statement.Kind == StatementKind.Mailer ? statement.Name : statement.Argument(0);
        switch (name)
        {
            case "smtp" or "esmtp" or "smtp8" or "dsmtp" or "relay" or "discard":
                report.BuiltIn(statement, BuiltIn);
                break;
            case "local" or "prog" or "*file*" or "*include*":
                report.BuiltIn(
                    statement,
                    "the relay has no mailboxes: local names need an alias, a virtusertable entry or a next hop");
                break;
            case "uucp" or "uucp-old" or "uucp-new" or "suucp" or "uucp-dom" or "uucp-uudom":
                report.Refuse(statement, "there is no UUCP: addresses with ! are not relayed");
                break;
            case "procmail" or "cyrus" or "cyrusbb" or "cyrusv2" or "usenet" or "mail11" or "fax" or "pop" or "phquery"
                or "qpage":
                report.Refuse(statement, "the relay runs no programs; hand local mail to the mailbox server by LMTP");
                break;
            default:
                report.Refuse(statement, $"the mailer {name} is not known");
                break;
        }
    }
}
