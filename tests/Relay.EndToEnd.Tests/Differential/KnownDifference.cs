using System.Text.RegularExpressions;

namespace Relay.EndToEnd.Tests.Differential;

/// <summary>
/// A difference between Sendmail and the relay that is meant, with its reason. <c>known-differences</c> holds them as
/// blocks: <c>difference NAME</c>, <c>why TEXT</c> lines, and <c>scenario</c>, <c>question</c>, <c>sendmail</c>,
/// <c>relay</c> with a regular expression each; what is not given matches everything.
/// </summary>
/// <param name="Why">The reason, for whoever sees the difference.</param>
internal sealed record KnownDifference(
    string Name, string Why, Regex Scenario, Regex Question, Regex Sendmail, Regex Relay)
{
    public static List<KnownDifference> ReadAll()
    {
        string path = Path.Combine(Differential.Scenario.Root, "known-differences");
        return
        [
            .. from block in File.ReadAllText(path).Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
               let lines = block.Split('\n').Where(l => l.Length > 0 && l[0] != '#').ToArray()
               where lines.Length > 0
               select Parse(path, lines),
        ];
    }

    public bool Explains(Difference difference) =>
        Scenario.IsMatch(difference.Scenario) && Question.IsMatch(difference.Question.ToString())
        && Sendmail.IsMatch(difference.Sendmail.ToString()) && Relay.IsMatch(difference.Relay.ToString());

    private static KnownDifference Parse(string path, string[] lines)
    {
        ILookup<string, string> fields = lines.ToLookup(l => l.Split(' ', 2)[0], l => l.Split(' ', 2)[1].Trim());
        string? unknown = fields.Select(f => f.Key).FirstOrDefault(
            k => k is not ("difference" or "why" or "scenario" or "question" or "sendmail" or "relay"));
        if (unknown is not null || !fields.Contains("difference") || !fields.Contains("why"))
        {
            throw new InvalidDataException(
                $"{path}: block \"{lines[0]}\": found \"{unknown}\", expected difference, why, scenario, question …");
        }

        return new KnownDifference(
            fields["difference"].Single(), string.Join(' ', fields["why"]),
            Of("scenario"), Of("question"), Of("sendmail"), Of("relay"));

        Regex Of(string field) => new(fields[field].SingleOrDefault(string.Empty), RegexOptions.CultureInvariant);
    }
}
