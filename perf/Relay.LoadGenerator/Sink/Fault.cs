using System.Globalization;
using System.Text;

namespace Relay.LoadGenerator.Sink;

/// <summary>
/// One fault on demand, written <c>STAGE[/TEXT]:CODE[ text][:WHEN]</c> (negative reply),
/// <c>drop|reset|vanish@STAGE[/TEXT][:WHEN]</c> or <c>slow[@STAGE]:DURATION[:WHEN]</c>. STAGE is banner, ehlo, mail,
/// rcpt, data, content, dot, rset or quit. /TEXT strikes only commands that contain it. WHEN is a probability such as
/// <c>0.1</c>, or <c>x3</c> for the first three times only; without it the fault strikes always.
/// </summary>
public sealed class Fault
{
    private Fault()
    {
    }

    internal FaultAction Action { get; private init; }

    /// <summary>Null: every stage that has a reply.</summary>
    internal FaultStage? Stage { get; private init; }

    internal byte[] Match { get; private init; } = [];

    internal byte[] Reply { get; private init; } = [];

    internal bool ClosesConnection { get; private init; }

    internal TimeSpan Delay { get; private init; }

    internal double Probability { get; private init; } = 1;

    internal long TimesMax { get; private init; } = long.MaxValue;

    public static Fault Parse(string text)
    {
        string[] parts = text.Split(':');
        string[] target = parts[0].Split('@');
        FaultAction action = target[0] switch
        {
            "drop" => FaultAction.Drop,
            "reset" => FaultAction.Reset,
            "vanish" => FaultAction.Vanish,
            "slow" => FaultAction.Slow,
            _ => FaultAction.Reply,
        };
        string place = action == FaultAction.Reply ? parts[0] : target.Length > 1 ? target[1] : string.Empty;
        int slash = place.IndexOf('/');
        string match = slash < 0 ? string.Empty : place[(slash + 1)..];
        FaultStage? stage = ParseStage(slash < 0 ? place : place[..slash], text, optional: action == FaultAction.Slow);
        if (action == FaultAction.Vanish && stage != FaultStage.Dot)
        {
            throw new FormatException($"fault '{text}': vanish goes with dot only");
        }

        if (stage == FaultStage.Content && action is (FaultAction.Reply or FaultAction.Slow))
        {
            throw new FormatException($"fault '{text}': in the middle of content only drop and reset are possible");
        }

        bool hasValue = action is FaultAction.Reply or FaultAction.Slow;
        if (parts.Length < (hasValue ? 2 : 1) || parts.Length > (hasValue ? 3 : 2))
        {
            throw new FormatException($"fault '{text}' has too few or too many parts");
        }

        string value = hasValue ? parts[1] : string.Empty;
        string when = parts.Length == (hasValue ? 3 : 2) ? parts[^1] : "1";
        bool counted = when.StartsWith('x');
        return new Fault
        {
            Action = action,
            Stage = stage,
            Match = Encoding.UTF8.GetBytes(match),
            Reply = action == FaultAction.Reply ? CreateReply(value, text) : [],
            ClosesConnection = action == FaultAction.Reply
                && (value.StartsWith("421", StringComparison.Ordinal) || stage == FaultStage.Banner),
            Delay = action == FaultAction.Slow ? Durations.Parse(value) : TimeSpan.Zero,
            Probability = counted ? 1 : ParseProbability(when, text),
            TimesMax = counted ? long.Parse(when[1..], NumberStyles.None, CultureInfo.InvariantCulture) : long.MaxValue,
        };
    }

    private static FaultStage? ParseStage(string name, string text, bool optional)
    {
        if (name.Length == 0 && optional)
        {
            return null;
        }

        return Enum.TryParse(name, ignoreCase: true, out FaultStage stage) && stage < FaultStage.Count
            && !char.IsAsciiDigit(name[0])
            ? stage
            : throw new FormatException($"fault '{text}': '{name}' is not a stage");
    }

    private static double ParseProbability(string when, string text)
    {
        return double.TryParse(when, NumberStyles.Float, CultureInfo.InvariantCulture, out double probability)
            && probability is >= 0 and <= 1
            ? probability
            : throw new FormatException($"fault '{text}': '{when}' is neither a probability nor xN");
    }

    private static byte[] CreateReply(string value, string text)
    {
        if (value.Length < 3 || value[0] is not ('4' or '5') || value.AsSpan(0, 3).ContainsAnyExceptInRange('0', '9')
            || (value.Length > 3 && value[3] != ' '))
        {
            throw new FormatException($"fault '{text}': '{value}' is not a 4xx or 5xx reply");
        }

        string rest = value.Length > 4 ? value[4..] : $"{value[0]}.3.0 Fault on demand";
        return Encoding.UTF8.GetBytes($"{value[..3]} {rest}\r\n");
    }
}
