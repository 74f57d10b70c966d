namespace Relay.Host.Sendmail;

/// <summary>What is printed for a command line that cannot be read.</summary>
internal static class SendmailUsage
{
    public static void Print(TextWriter error) => error.WriteLine(
        """
        usage: sendmail [-bm] [-t] [-i] [-v] [-f sender] [-F name] [-N when] [-R full|hdrs] [-V id] [recipient ...]
               sendmail -bd|-bD [-q30m]         run the relay, in the background or in the foreground
               sendmail -q30m                   leave the queue to the running relay, or run one that listens nowhere
               sendmail -bs                     talk SMTP on standard input and output
               sendmail -bp|-bP [-v] [-qI|R|S|Q...] [--json]    list the queue (mailq), count it
               sendmail -q [-v] [-qI|R|S...]    attempt the queue now
               sendmail -bi                     check the aliases (newaliases)
               sendmail -bv address ...         say where mail for the addresses goes
               sendmail -bt [-d0.12] [-d35.9]   test addresses interactively
               sendmail -bh|-bH                 show, forget the status of the hosts (hoststat, purgestat)
               sendmail -bC                     check the configuration
        """);
}
