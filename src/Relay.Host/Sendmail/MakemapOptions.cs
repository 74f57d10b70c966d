namespace Relay.Host.Sendmail;

/// <summary>The command line of <c>makemap</c>.</summary>
internal sealed record MakemapOptions
{
    public const int LineLengthMax = 8192;

    public const string Usage =
        """
        Usage: makemap [-C cffile] [-N] [-c cachesize] [-D commentchar]
                       [-d] [-e] [-f] [-i type] [-l] [-o] [-r] [-s] [-t delimiter]
                       [-u] [-v] type mapname
        """;

    public string Type { get; private init; } = string.Empty;

    public string Name { get; private init; } = string.Empty;

    /// <summary><c>-D</c>.</summary>
    public char Comment { get; private init; } = '#';

    /// <summary><c>-t</c>; null for blanks and tabs.</summary>
    public char? Separator { get; private init; }

    /// <summary><c>-d</c>.</summary>
    public bool AllowsDuplicates { get; private init; }

    /// <summary><c>-e</c>.</summary>
    public bool AllowsEmpty { get; private init; }

    /// <summary><c>-f</c>.</summary>
    public bool KeepsCase { get; private init; }

    /// <summary><c>-l</c>.</summary>
    public bool ListsTypes { get; private init; }

    /// <summary><c>-o</c>.</summary>
    public bool Appends { get; private init; }

    /// <summary><c>-r</c>.</summary>
    public bool Replaces { get; private init; }

    /// <summary><c>-u</c>.</summary>
    public bool Dumps { get; private init; }

    /// <summary><c>-v</c>.</summary>
    public bool IsVerbose { get; private init; }

    /// <returns>Null if it cannot be read.</returns>
    public static MakemapOptions? Parse(IReadOnlyList<string> words)
    {
        var options = new MakemapOptions();
        int at = 0;
        for (; at < words.Count && words[at] is ['-', _, ..]; at++)
        {
            string word = words[at];
            for (int i = 1; i < word.Length; i++)
            {
                if ("CcDit".Contains(word[i], StringComparison.Ordinal))
                {
                    string? argument = i + 1 < word.Length ? word[(i + 1)..]
                        : at + 1 < words.Count ? words[++at]
                        : null;
                    if (argument is null || options.With(word[i], argument) is not { } next)
                    {
                        return null;
                    }

                    options = next;
                    break;
                }

                if (options.With(word[i]) is not { } flagged)
                {
                    return null;
                }

                options = flagged;
            }
        }

        return options.ListsTypes ? options
            : words.Count - at == 2 ? options with { Type = words[at], Name = words[at + 1] }
            : null;
    }

    private MakemapOptions? With(char letter) => letter switch
    {
        'd' => this with { AllowsDuplicates = true },
        'e' => this with { AllowsEmpty = true },
        'f' => this with { KeepsCase = true },
        'l' => this with { ListsTypes = true },
        'N' or 's' => this, // NUL bytes behind keys, unsafe files: neither is there
        'o' => this with { Appends = true },
        'r' => this with { Replaces = true },
        'u' => this with { Dumps = true },
        'v' => this with { IsVerbose = true },
        _ => null,
    };

    private MakemapOptions? With(char letter, string argument) => letter switch
    {
        'D' => argument.Length == 1 ? this with { Comment = argument[0] } : null,
        't' => argument.Length == 1 ? this with { Separator = argument[0] } : null,
        'c' => int.TryParse(argument, out _) ? this : null,
        _ => this, // -C, -i: nothing of sendmail.cf is needed
    };
}
