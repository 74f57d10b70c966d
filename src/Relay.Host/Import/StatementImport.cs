namespace Relay.Host.Import;

/// <summary>Gives one statement to whatever knows what becomes of it.</summary>
internal static class StatementImport
{
    private const string ComputedByRules = "Rules are not read; the standard ones are built in.";

    /// <summary>The definitions that <c>D</c> lines stand for.</summary>
    private static readonly Dictionary<string, string> Macros = new(StringComparer.Ordinal)
    {
        ["S"] = "SMART_HOST",
        ["R"] = "LOCAL_RELAY",
        ["H"] = "MAIL_HUB",
        ["L"] = "LUSER_RELAY",
        ["Y"] = "UUCP_RELAY",
        ["B"] = "BITNET_RELAY",
        ["C"] = "DECNET_RELAY",
        ["F"] = "FAX_RELAY",
        ["j"] = "confDOMAIN_NAME",
        ["n"] = "confMAILER_NAME",
        ["Z"] = "confCF_VERSION",
    };

    private static readonly HashSet<string> StandardHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Return-Path", "Received", "Resent-Date", "Date", "Resent-From", "From", "Full-Name", "Subject",
        "Resent-Message-Id", "Message-Id", "Posted-Date", "X-Received-Date",
    };

    /// <summary>Sendmail 8.17: cf/m4/proto.m4, cf/feature, cf/mailer.</summary>
    private static readonly HashSet<string> StandardRulesets = new(
        ("canonify Canonify2 final Recurse parse Parse0 Parse1 localaddr Mailertable MailerToTriple CanonLocal MasqHdr "
        + "MasqEnv ParseLocal D A F E U CanonAddr ParseRecipient check_relay Basic_check_relay check_mail "
        + "Basic_check_mail check_rcpt Basic_check_rcpt Rcpt_ok Relay_ok Local_Relay_Auth SearchList trust_auth "
        + "srv_features clt_features try_tls tls_rcpt tls_client tls_server TLS_connection TLS_req TLS_failures max "
        + "RelayTLS authinfo greet_pause RateControl ConnControl Delay_TLS_Clt Delay_TLS_Clt2 FullAddr SpamFriend "
        + "Dnsbl check_other check_data check_eoh check_eom CanonifyBitnet EnvFromL EnvToL HdrFromL HdrToL AddDomain "
        + "MasqSMTP PseudoToReal EnvFromSMTP EnvToSMTP HdrFromSMTP HdrToSMTP MasqRelay EnvFromSMTP HdrFromSMTP FromU "
        + "EnvToU HdrToU EnvFromUD EnvFromUUD sender recipient 0 1 2 3 4 5 tls_session_features "
        + "checkrelay checkmail checkrcpt check_cert_altnames LDAPExpand LDAPMailertable "
        + "BlackList BlockList access_rcpt TLS_connection2")
        .Split(' '),
        StringComparer.Ordinal);

    private static readonly HashSet<string> StandardMaps = new(StringComparer.Ordinal)
    {
        "resolve", "arith", "macro", "dequote", "storage", "user", "dnsbl", "ednsbl", "canon", "rlookup", "host",
        "bestmx", "text", "cert", "D", "stab", "access_tmp", "mx", "requeue",
    };

    public static void Import(ImportReport report, Statement statement)
    {
        switch (statement.Kind)
        {
            case StatementKind.Define:
                Apply(report, statement, SendmailOptions.FindDefine(statement.Name)?.Fate, statement.Argument(0));
                break;
            case StatementKind.Option:
                Apply(report, statement, SendmailOptions.FindOption(statement.Name)?.Fate, statement.Argument(0));
                break;
            case StatementKind.Feature:
                ImportFeature(report, statement);
                break;
            case StatementKind.Call:
                Apply(report, statement, SendmailMacros.Find(statement.Name)?.Fate, statement.Argument(0));
                break;
            case StatementKind.Macro:
                ImportMacro(report, statement);
                break;
            case StatementKind.Class:
                ImportClass(report, statement);
                break;
            case StatementKind.ClassFile:
                ImportClassFile(report, statement);
                break;
            case StatementKind.Map:
                ImportMap(report, statement);
                break;
            case StatementKind.Ruleset:
                ImportRuleset(report, statement);
                break;
            case StatementKind.Header:
                ImportHeader(report, statement);
                break;
            case StatementKind.Mailer:
                MailerImport.Import(report, statement);
                break;
            case StatementKind.Housekeeping:
                report.BuiltIn(
                    statement,
                    statement.Name.Length > 1
                        ? "a name of the file's own, put in where it is used"
                        : "version, precedence, trusted users and environment mean nothing here");
                break;
            default:
                report.Refuse(statement, "is no line that Sendmail knows");
                break;
        }
    }

    /// <param name="about">What of the statement it is about, if not all of it.</param>
    public static void Apply(
        ImportReport report, Statement statement, Fate? fate, string value, string about = "")
    {
        string prefix = about.Length > 0 ? $"{about}: " : string.Empty;
        switch (fate)
        {
            case Fate.Carried carried:
                SetAll(report, statement, carried, value);
                break;
            case Fate.BuiltIn builtIn when builtIn.Accepts(value):
                report.BuiltIn(statement, prefix + fate.Text);
                break;
            case Fate.BuiltIn:
                report.Refuse(statement, $"{prefix}\"{value}\" cannot be had. {fate.Text}");
                break;
            case Fate.Refused:
                report.Refuse(statement, prefix + fate.Text);
                break;
            case Fate.Special special:
                special.Import(report, statement);
                break;
            default:
                report.Refuse(statement, $"{statement.Name} is not known to this program");
                break;
        }
    }

    private static void ImportFeature(ImportReport report, Statement statement)
    {
        SendmailFeature? feature = SendmailFeatures.Find(statement.Name);
        Apply(report, statement, feature?.Fate, string.Empty);
        if (statement.IsMark && feature is { TakesArguments: true })
        {
            report.Refuse(statement, "a sendmail.cf does not tell what it was told: compare with the sendmail.mc");
        }
    }

    private static void SetAll(ImportReport report, Statement statement, Fate.Carried carried, string value)
    {
        string? text = carried.Read(value, out string problem);
        if (text is null)
        {
            report.Refuse(statement, problem);
            return;
        }

        foreach (string key in carried.Keys)
        {
            report.Set(statement, key, text);
        }
    }

    private static void ImportMacro(ImportReport report, Statement statement)
    {
        if (statement.Name == "M")
        {
            Statement masquerade = statement with { Name = "MASQUERADE_AS" };
            Apply(report, masquerade, SendmailMacros.Find("MASQUERADE_AS")?.Fate, statement.Argument(0));
        }
        else if (statement.Argument(0).Length == 0)
        {
            report.BuiltIn(statement, "empty: none");
        }
        else if (Macros.TryGetValue(statement.Name, out string? define))
        {
            Apply(report, statement, SendmailOptions.FindDefine(define)?.Fate, statement.Argument(0));
        }
        else
        {
            report.Refuse(statement, "Macros of one's own are used by rules alone, which are not read.");
        }
    }

    private static void ImportClass(ImportReport report, Statement statement)
    {
        if (SendmailMacros.FindClass(statement.Name) is { } macro)
        {
            Apply(report, statement with { Name = macro.Name }, macro.Fate, statement.Argument(0));
        }
        else if (statement.Name is "P" or "O" or "." or "[" or "Accept" or "ResOk" or "Tls" or "TlsVerified" or "Src"
            or "T" or "t" or "e" or "n" or "persistentMacros" or "SpamTag")
        {
            report.BuiltIn(statement, ComputedByRules);
        }
        else
        {
            report.Refuse(statement, "Classes of one's own are used by rules alone, which are not read.");
        }
    }

    private static void ImportClassFile(ImportReport report, Statement statement)
    {
        string? name = statement.Name switch
        {
            "w" => "use_cw_file",
            "R" => "RELAY_DOMAIN_FILE",
            "t" or "T" => "use_ct_file",
            _ => SendmailMacros.FindClass(statement.Name) is { } macro ? macro.Name + "_FILE" : null,
        };
        Fate? fate = name is null ? null : SendmailFeatures.Find(name)?.Fate ?? SendmailMacros.Find(name)?.Fate;
        if (fate is null)
        {
            report.Refuse(statement, "Classes of one's own are used by rules alone, which are not read.");
            return;
        }

        Apply(report, statement with { Name = name! }, fate, statement.Argument(0));
    }

    private static void ImportMap(ImportReport report, Statement statement)
    {
        string table = statement.Name switch
        {
            "virtuser" => "virtusertable",
            "generics" => "genericstable",
            _ => statement.Name,
        };
        string map = string.Join(' ', statement.Arguments);
        if (table is "mailertable" or "virtusertable" or "domaintable" or "genericstable" or "authinfo")
        {
            TableImport.Table(report, statement with { Name = table, Arguments = [map] });
        }
        else if (table == "access")
        {
            TableImport.Access(report, statement with { Arguments = [map] });
        }
        else if (StandardMaps.Contains(table))
        {
            report.BuiltIn(statement, ComputedByRules);
        }
        else
        {
            report.Refuse(statement, $"the map {table} is used by rules alone, which are not read");
        }
    }

    /// <summary>Standard rulesets are built in; what the site added stands in Local_… and in others.</summary>
    private static void ImportRuleset(ImportReport report, Statement statement)
    {
        if (StandardRulesets.Contains(statement.Name) || statement.Arguments.Count == 0)
        {
            report.BuiltIn(statement, ComputedByRules);
            return;
        }

        string rules = $"{statement.Arguments.Count} rule{(statement.Arguments.Count == 1 ? string.Empty : "s")}";
        report.Refuse(statement, $"{rules} of one's own, which are not read");
    }

    private static void ImportHeader(ImportReport report, Statement statement)
    {
        if (StandardHeaders.Contains(statement.Name))
        {
            report.BuiltIn(statement, "the relay adds Received and changes no other header field");
        }
        else
        {
            report.Refuse(statement, "header fields of one's own are not added");
        }
    }
}
