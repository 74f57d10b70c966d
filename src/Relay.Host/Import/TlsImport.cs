namespace Relay.Host.Import;

/// <summary>
/// Certificates and their keys: options of their own in Sendmail, one key here (Sendmail: cf/README, STARTTLS).
/// </summary>
internal static class TlsImport
{
    private const string ServerKey = "tls.certificates";
    private const string ClientKey = "delivery.tls.certificate";
    private const string AskKey = "tls.askForCertificates";

    public static Action<ImportReport, Statement> ServerCertificate { get; } =
        static (report, statement) => report.Tls.ServerCertificate = statement;

    public static Action<ImportReport, Statement> ServerPrivateKey { get; } =
        static (report, statement) => report.Tls.ServerKey = statement;

    public static Action<ImportReport, Statement> ClientCertificate { get; } =
        static (report, statement) => report.Tls.ClientCertificate = statement;

    public static Action<ImportReport, Statement> ClientPrivateKey { get; } =
        static (report, statement) => report.Tls.ClientKey = statement;

    /// <summary>TLSSrvOptions: V, no client is asked for a certificate; the others change nothing here.</summary>
    public static void ServerOptions(ImportReport report, Statement statement)
    {
        string letters = string.Concat(statement.Arguments);
        report.Tls.AsksNobody |= letters.Contains('V', StringComparison.OrdinalIgnoreCase);
        if (report.Tls.AsksNobody)
        {
            report.Set(statement, AskKey, "false");
        }
        else
        {
            report.BuiltIn(statement, "clients are asked for certificates");
        }
    }

    public static void Finish(ImportReport report)
    {
        TlsStatements tls = report.Tls;
        Join(report, tls.ServerCertificate, tls.ServerKey, ServerKey);
        Join(report, tls.ClientCertificate, tls.ClientKey, ClientKey);
        if (report.Has(ServerKey) && !tls.AsksNobody)
        {
            _ = report.TrySet(AskKey, "true", out _);
            report.Comment(AskKey, "without TLSSrvOptions=V Sendmail asks clients for certificates");
        }
    }

    /// <summary>Two certificates with two keys stand in two lists that belong together.</summary>
    private static void Join(ImportReport report, Statement? certificate, Statement? key, string path)
    {
        if (certificate is null || key is null)
        {
            if ((certificate ?? key) is { } alone)
            {
                report.Refuse(alone, "a certificate and its key are both needed");
            }

            return;
        }

        string[] certificates = Files(certificate);
        string[] keys = Files(key);
        if (certificates.Length != keys.Length || certificates.Length == 0)
        {
            report.Refuse(certificate, "there are not as many certificates as keys");
            report.Refuse(key, "there are not as many keys as certificates");
            return;
        }

        report.Set(certificate, path, string.Join('\n', certificates.Zip(keys, static (c, k) => $"{c} | {k}")));
        report.Take(key, path);
    }

    private static string[] Files(Statement statement) => string.Join(',', statement.Arguments).Split(
        ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
