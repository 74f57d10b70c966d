namespace Relay.EndToEnd.Tests.Seeds;

/// <summary>Every command line of the how-tos, and the tests that type it.</summary>
public sealed class SeedCommandLines
{
    private const string Aix = "Sendmail relay configuration on AIX";
    private const string Client = "Sendmail as an SMTP client (SMART_HOST)";
    private const string Server = "Setting up a Sendmail Server";
    private const string RelayHost = "How to setup an E-Mail Relay Host with Sendmail";

    private const string Host = "tests/Relay.Host.Tests/Sendmail/";
    private const string Seeds = "tests/Relay.EndToEnd.Tests/Seeds/";
    private const string Make = Host + "MakefileTests.cs:"
        + "The_articles_makefile_makes_every_file_that_it_names_and_then_has_nothing_to_do";
    private const string Makemap = Host + "MakefileTests.cs:The_how_tos_makemap_makes_one_file_and_never_access_db_db";
    private const string M4 = Seeds + "SeedCommandLineTests.cs:"
        + "M4_makes_a_configuration_that_the_relay_takes_and_a_backup_of_it_is_not_read";
    private const string Touch = Seeds + "SeedCommandLineTests.cs:"
        + "Touched_tables_are_empty_ones_and_644_is_what_they_should_have";
    private const string Tail = Seeds + "SeedCommandLineTests.cs:Tail_f_of_the_maillog_shows_a_message_while_it_passes";
    private const string Mail = Seeds + "SeedCommandLineTests.cs:"
        + "Mail_s_calls_sendmail_and_the_message_is_queued_while_the_smart_host_is_away_and_delivered_then";
    private const string Reach = Seeds + "SeedCommandLineTests.cs:Telnet_and_nc_reach_the_listener";
    private const string Netstat = Seeds + "SeedCommandLineTests.cs:"
        + "Netstat_shows_the_listener_on_loopback_alone_with_Addr_and_on_all_interfaces_without";
    private const string Mx = Seeds + "SeedCommandLineTests.cs:"
        + "Bt_asks_the_DNS_for_mail_exchangers_with_the_program_itself";
    private const string Daemon = Host + "QueueProcessTests.cs:"
        + "Bd_runs_in_the_background_with_a_pid_file_of_two_lines_that_kill_hup_works_with";
    private const string Queue = Host + "QueueProcessTests.cs:"
        + "Mailq_lists_deferred_mail_and_q_v_runs_the_queue_and_shows_each_delivery";
    private const string SeedQueue = Host + "QueueProcessTests.cs:"
        + "The_queue_reads_as_the_e_mail_relay_host_article_prints_it";
    private const string Newaliases = Host + "QueueProcessTests.cs:"
        + "Newaliases_counts_as_sendmail_does_and_names_what_is_wrong";
    private const string Debug = Host + "QueueProcessTests.cs:Bt_with_d_prints_before_it_asks";
    private const string Verbose = Host + "SubmissionProcessTests.cs:"
        + "Verbose_submission_shows_the_dialogue_as_how_to_setup_an_e_mail_relay_host_prints_it";
    private const string VerboseHub = Host + "SubmissionProcessTests.cs:"
        + "Verbose_submission_through_the_hub_shows_the_seeds_second_dialogue";
    private const string Reload = Seeds + "SendmailAsSmtpClient/SendmailAsSmtpClientTests.cs:"
        + "A_new_smart_host_counts_after_the_refresh_and_not_before";
    private const string Hup = Seeds + "SendmailRelayConfigurationOnAix/SendmailRelayConfigurationOnAixTests.cs:"
        + "Tables_take_effect_without_make_and_kill_HUP_which_still_works";
    private const string OpenSsl = "tests/Relay.EndToEnd.Tests/Tls/TlsClientTests.cs:"
        + "Openssl_s_client_with_starttls_verifies_chain_and_name";
    private const string Service = "tests/Relay.EndToEnd.Tests/Packaging/InstalledRootTests.cs:"
        + "A_new_user_gets_to_a_relay_with_logs_and_metrics_by_getting_started_alone";

    private static readonly (string HowTo, string Line, string Test)[] All =
    [
        (Aix, "cd /usr/samples/tcpip/sendmail/m4/", M4),
        (Aix, "m4 cf.m4 /etc/mail/sendmail.mc > /etc/mail/sendmail.cf", M4),
        (Aix, "touch /etc/mail/domaintable", Touch),
        (Aix, "chmod 644 /etc/mail/*", Touch),
        (Aix, "makemap hash /etc/mail/access </etc/mail/access", Make),
        (Aix, "makemap dbm /etc/mail/access </etc/mail/access", Make),
        (Aix, "cd /etc/mail", Make),
        (Aix, "make", Make),
        (Aix, "kill -HUP", Hup),
        (Aix, "startsrc -s sendmail -a \"-bd -q30m\"", Daemon),
        (Aix, "stopsrc -s sendmail", Daemon),
        (Aix, "sendmail -bp", Queue),
        (Aix, "sendmail -q -v", Queue),
        (Aix, "tail -f /var/log/maillog", Tail),
        (Client, "cp /etc/mail/sendmail.cf /etc/mail/sendmail.cf.bkp", M4),
        (Client, "refresh -s sendmail", Reload),
        (Client, "stopsrc -s sendmail", Daemon),
        (Client, "startsrc -s sendmail", Daemon),
        (Client, "lssrc -s sendmail", Service),
        (Client, "echo \"This is a test mail.\" \\| mail -s \"SMTP Client Test\" admin@example.com", Mail),
        (Client, "mailq", Queue),
        (Client, "sendmail -bp", Queue),
        (Client, "telnet smtp.example.com 25", Reach),
        (Client, "nc -vz smtp.example.com 25", Reach),
        (Client, "openssl s_client -connect smtp.example.com:587 -starttls smtp", OpenSsl),
        (Server, "/etc/rc.d/init.d/sendmail stop", Service),
        (Server, "m4 /etc/mail/sendmail.mc > /etc/mail/sendmail.cf", M4),
        (Server, "netstat -an \\| grep :25 \\| grep tcp", Netstat),
        (Server, "cd /etc/mail", Make),
        (Server, "make", Make),
        (Server, "makemap hash /etc/mail/access.db < /etc/mail/access", Makemap),
        (Server, "makemap hash /etc/mail/virtusertable.db < /etc/mail/virtusertable", Makemap),
        (Server, "newaliases", Newaliases),
        (Server, "tail -f /var/log/maillog", Tail),
        (RelayHost, "makemap hash /etc/mail/access < /etc/mail/access", Makemap),
        (RelayHost, "/etc/rc.d/init.d/sendmail stop", Service),
        (RelayHost, "/etc/rc.d/init.d/sendmail start", Service),
        (RelayHost, "cat to_internet \\| /usr/lib/sendmail -bm -t -v", Verbose),
        (RelayHost, "cat to_internet \\| /usr/lib/sendmail -bm -t -v", VerboseHub), // it means to_arkum
        (RelayHost, "/usr/lib/sendmail -d0.12 -bt < /dev/null", Debug),
        (RelayHost, "/usr/lib/sendmail -d35.9 -bt", Debug),
        (RelayHost, "/usr/lib/sendmail -bp", SeedQueue),
        (RelayHost, "/usr/lib/sendmail -bt", Mx),
        (RelayHost, "/mx arkum.ch", Mx),
    ];

    [Fact]
    public void Each_line_has_its_test_and_its_place_in_the_guide()
    {
        string guide = File.ReadAllText(Path.Combine(Tool.Repository, "docs", "howtos.md"));
        var missing = new List<string>();
        foreach ((string howTo, string line, string test) in All)
        {
            string[] place = test.Split(':');
            string source = Path.Combine(Tool.Repository, place[0]);
            if (!File.Exists(source)
                || !File.ReadAllText(source).Contains($" {place[1]}(", StringComparison.Ordinal))
            {
                missing.Add($"no test {test}");
            }

            int begin = guide.IndexOf($"\n## {howTo}\n", StringComparison.Ordinal);
            int end = begin < 0 ? -1 : guide.IndexOf("\n## ", begin + 1, StringComparison.Ordinal);
            string section = begin < 0 ? string.Empty : guide[begin..(end < 0 ? guide.Length : end)];
            if (!section.Contains($"`{line}`", StringComparison.Ordinal))
            {
                missing.Add($"not in \"{howTo}\" of the guide: {line}");
            }
        }

        Assert.Empty(missing);
    }
}
