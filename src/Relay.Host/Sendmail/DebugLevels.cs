using System.Diagnostics.CodeAnalysis;

namespace Relay.Host.Sendmail;

/// <summary>The levels that <c>-d</c> sets, by category; what was said last counts. Not thread-safe.</summary>
internal sealed class DebugLevels
{
    /// <summary>Who this system thinks it is; 101 is the version alone, and the end.</summary>
    public const int Identity = 0;

    /// <summary>Questions to the DNS.</summary>
    public const int Dns = 8;

    /// <summary>Every rule that is asked, as <c>relay explain</c> has it.</summary>
    public const int Rules = 21;

    /// <summary>Aliases.</summary>
    public const int Aliases = 27;

    /// <summary>Macros, from level 9 on.</summary>
    public const int Macros = 35;

    /// <summary>Look-ups in tables.</summary>
    public const int Maps = 60;

    private const int CategoryMax = 99;
    private const int CategoryLimit = 1000;

    private readonly Dictionary<int, int> _levels = [];

    public DebugLevels(IEnumerable<(int Category, int Level)> levels) => Set(levels);

    /// <summary>0 for a category that nobody has named.</summary>
    public int this[int category] => _levels.GetValueOrDefault(category);

    public void Set(IEnumerable<(int Category, int Level)> levels)
    {
        foreach ((int category, int level) in levels)
        {
            _levels[category] = level;
        }
    }

    /// <summary>
    /// Reads what stands behind <c>-d</c>: categories or ranges of them, each with a level or with level 1, separated
    /// by commas; nothing is all of them (Sendmail: the same).
    /// </summary>
    /// <param name="argument">E.g. <c>0.12,21-27.3</c>.</param>
    /// <param name="levels">What was read.</param>
    /// <param name="wrong">The part that cannot be read.</param>
    public static bool TryParse(
        string argument,
        out IReadOnlyList<(int Category, int Level)> levels,
        [NotNullWhen(false)] out string? wrong)
    {
        var read = new List<(int, int)>();
        levels = read;
        wrong = null;
        foreach (string item in argument.Length == 0 ? [$"0-{CategoryMax}"] : Items(argument))
        {
            string[] parts = item.Split('.', 2);
            string[] range = parts[0].Split('-', 2);
            int level = 1;
            if (!int.TryParse(range[0], out int first) || !int.TryParse(range[^1], out int last)
                || (parts.Length == 2 && !int.TryParse(parts[1], out level)) || last > CategoryLimit)
            {
                wrong = item;
                return false;
            }

            for (int category = first; category <= last; category++)
            {
                read.Add((category, level));
            }
        }

        return true;
    }

    private static string[] Items(string argument) => argument.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
