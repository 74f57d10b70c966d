using System.Text;
using Relay.Sasl;

namespace Relay.Host.Import;

/// <summary>Options of AUTH whose values are words.</summary>
internal static class AuthImport
{
    /// <summary>confAUTH_MECHANISMS and TRUST_AUTH_MECH: those of the mechanisms that are served.</summary>
    public static Action<ImportReport, Statement> Mechanisms(string key) => (report, statement) =>
    {
        string[] words = string.Join(' ', statement.Arguments).Split(
            [' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] served =
            [.. words.Where(static w => MechanismNames.Parse(Encoding.UTF8.GetBytes(w)) != SaslMechanisms.None)];
        foreach (string word in words.Except(served))
        {
            report.Refuse(statement, $"{word}: clients are offered {MechanismNames.Write(SaslMechanisms.All)} only");
        }

        if (served.Length > 0)
        {
            report.Set(statement, key, string.Join(' ', served));
        }
    };

    /// <summary>confAUTH_OPTIONS: without <c>p</c> passwords go in clear, which is not carried over.</summary>
    public static void Options(ImportReport report, Statement statement)
    {
        if (statement.Argument(0).Contains('p', StringComparison.Ordinal))
        {
            report.Set(statement, "auth.allowPlaintext", "false");
        }
        else
        {
            report.Refuse(
                statement, "without `p`, Sendmail takes passwords in clear; `auth.allowPlaintext` does, if you must");
        }
    }
}
