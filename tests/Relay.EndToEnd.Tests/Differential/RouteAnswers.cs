using System.Text;
using System.Text.RegularExpressions;

namespace Relay.EndToEnd.Tests.Differential;

/// <summary>
/// Where mail for a recipient would go, as lines <c>USER at HOST</c> in order, or one line that begins with
/// <c>not:</c>.
/// </summary>
internal static partial class RouteAnswers
{
    /// <summary>The recipients that the scenario's questions name and that are addresses, each once.</summary>
    public static string[] Recipients(Scenario scenario) =>
    [
        .. scenario.Questions
            .Select(static q => q.Rcpt)
            .Where(static r => r is ['<', .., '>'] && r.IndexOfAny(['(', ';', ',', '"', ' ', '\\', '!', '%']) < 0)
            .Select(static r => r[1..^1])
            .Where(static r => r.Length > 0 && !r.StartsWith('@') && r.Count(static c => c == '@') < 2)
            .Distinct(StringComparer.Ordinal),
    ];

    public static string Format(IEnumerable<(string Recipient, string[] Answer)> answers)
    {
        var text = new StringBuilder();
        foreach ((string recipient, string[] lines) in answers)
        {
            text.Append(recipient).Append('\n');
            foreach (string line in lines)
            {
                text.Append("  ").Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    public static Dictionary<string, string[]> Parse(string text)
    {
        var answers = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        List<string>? last = null;
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("  ", StringComparison.Ordinal))
            {
                last!.Add(line[2..]);
            }
            else if (line[0] != '#')
            {
                answers.Add(line, last = []);
            }
        }

        return answers.ToDictionary(static a => a.Key, static a => a.Value.ToArray(), StringComparer.Ordinal);
    }

    /// <summary>What <c>sendmail -bv</c> prints for one recipient.</summary>
    public static string[] OfSendmail(string output)
    {
        const string NoPasswd = "Who are you?";
        const string Deliverable = "deliverable: mailer ";
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int at = line.IndexOf("... ", StringComparison.Ordinal);
            string rest = at < 0 ? line : line[(at + 4)..];
            if (rest == NoPasswd || ErrorPattern().IsMatch(rest))
            {
                continue; // it does not know who asks; an error's text comes in a line of its own
            }

            if (!rest.StartsWith(Deliverable, StringComparison.Ordinal))
            {
                lines.Add($"not: {rest}");
                continue;
            }

            string[] fields = rest[Deliverable.Length..].Split(", ");
            string host = fields.FirstOrDefault(static f => f.StartsWith("host ", StringComparison.Ordinal))
                ?? "host local";
            string user = fields.Single(static f => f.StartsWith("user ", StringComparison.Ordinal));
            lines.Add($"{user["user ".Length..]} at {host["host ".Length..].TrimEnd('.')}");
        }

        return [.. lines];
    }

    /// <summary>What <c>relay explain --json</c> says of one recipient.</summary>
    public static string[] OfRelay(string outcome, IEnumerable<string> destinations)
    {
        if (outcome != "accepted" && !outcome.StartsWith("accepted and held", StringComparison.Ordinal))
        {
            return [$"not: {TextOf(outcome)}"];
        }

        var lines = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string destination in destinations)
        {
            string[] parts = destination.Split(" goes to ", 2);
            string[] rest = parts[1].Split(' ');
            string user = rest is [_, "as", var other, ..] ? other : parts[0];
            lines.Add(rest is ["Error:", ..]
                ? $"not: {TextOf(parts[1]["Error: ".Length..])}"
                : $"{user.Trim('<', '>', ',')} at {HostOf(rest[0].TrimEnd(','))}");
        }

        return [.. lines];
    }

    /// <summary>The reply's words: without codes and the address that they are about.</summary>
    private static string TextOf(string reply)
    {
        int at = reply.IndexOf("... ", StringComparison.Ordinal);
        return at >= 0 ? reply[(at + 4)..] : CodesPattern().Replace(reply, string.Empty);
    }

    /// <summary>The route's host: without the mailer and the usual port.</summary>
    private static string HostOf(string route)
    {
        string host = MailerPattern().Replace(route, string.Empty);
        return host.EndsWith(":25", StringComparison.Ordinal) ? host[..^3] : host;
    }

    [GeneratedRegex(@"^\d\d\d (\d\.\d+\.\d+ )?", RegexOptions.CultureInvariant)]
    private static partial Regex CodesPattern();

    [GeneratedRegex(@"^deliverable: mailer .*, user [45]\d\d ", RegexOptions.CultureInvariant)]
    private static partial Regex ErrorPattern();

    [GeneratedRegex("^[a-z]+:", RegexOptions.CultureInvariant)]
    private static partial Regex MailerPattern();
}
