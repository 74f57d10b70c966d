namespace Relay.Host.Sendmail;

/// <summary>What <c>?</c> prints in test mode.</summary>
internal static class TestModeHelp
{
    public static void Print(TextWriter output, string version) => output.WriteLine(
        $"""
        Relay.Fast {version}: address test mode
        <ruleset>[,<ruleset>] <address>   what the rulesets make of it: 3 (canonify), 0 (parse), 1, 2, 4 (final)
        /parse <address>                  where mail to the address goes
        /try <mailer> <address>           the address as it is sent by the mailer
        /tryflags [HE][SR]                header or envelope, sender or recipient, for /parse and /try
        /mx <host>                        the MX records
        /canon <host>                     the canonical name
        /map <map> <key>                  looks the key up in access, mailertable, virtusertable, ...
        $<macro>                          the value of a macro
        $=<class>                         the members of a class
        =M                                the mailers
        =S<ruleset>                       the rules of a ruleset
        .D<macro><value>, .C<class><value>   sets a macro, adds to a class
        -d<category>.<level>              0: this system, 8: DNS, 21: rules, 27: aliases, 35: macros, 60: tables
        /quit                             ends
        """);
}
