using System.Text;

namespace Relay.EndToEnd.Tests.Differential;

/// <summary>Answers as text that reads well in a diff: the question on a line, the replies indented below it.</summary>
internal static class AnswerFile
{
    public static string Format(IEnumerable<KeyValuePair<Question, Answer>> answers)
    {
        var text = new StringBuilder();
        foreach ((Question question, Answer answer) in answers)
        {
            text.Append(question).Append('\n').Append("  ").Append(answer.Mail).Append('\n');
            if (answer.Rcpt is not null)
            {
                text.Append("  ").Append(answer.Rcpt).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>The recorded answers by their questions, as text.</summary>
    public static Dictionary<string, Answer> Read(string path)
    {
        var answers = new Dictionary<string, Answer>(StringComparer.Ordinal);
        string? question = null;
        foreach (string line in File.ReadAllLines(path))
        {
            if (!line.StartsWith("  ", StringComparison.Ordinal))
            {
                question = line;
            }
            else if (answers.TryGetValue(question!, out Answer? answer))
            {
                answers[question!] = answer with { Rcpt = line[2..] };
            }
            else
            {
                answers[question!] = new Answer(line[2..], null);
            }
        }

        return answers;
    }
}
