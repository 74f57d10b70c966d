namespace Relay.Host.Sendmail;

/// <summary>A command line of Sendmail's after its reading: what is to be done, and what was said about it.</summary>
internal sealed record SendmailArguments
{
    /// <summary>The name of the program, for messages.</summary>
    public string Program { get; init; } = "sendmail";

    /// <summary>The letter of <c>-b</c>: what to do; <c>m</c>, deliver from standard input, if there is none.</summary>
    public char Mode { get; init; } = 'm';

    /// <summary><c>-q…</c>: what is said behind it; null without one.</summary>
    public QueueRunOption? QueueRun { get; init; }

    /// <summary><c>-t</c>: the header names recipients.</summary>
    public bool TakesRecipients { get; init; }

    /// <summary><c>-i</c>: a line with a dot alone is content.</summary>
    public bool IgnoresDots { get; init; }

    /// <summary><c>-v</c>.</summary>
    public bool IsVerbose { get; init; }

    /// <summary><c>-f</c> without brackets; null without one.</summary>
    public string? Sender { get; init; }

    /// <summary><c>-F</c>.</summary>
    public string? FullName { get; init; }

    /// <summary><c>-N</c>, as RCPT takes it.</summary>
    public string? Notify { get; init; }

    /// <summary><c>-R</c>, as MAIL takes it.</summary>
    public string? Return { get; init; }

    /// <summary><c>-V</c>, as MAIL takes it.</summary>
    public string? EnvelopeId { get; init; }

    /// <summary><c>-C</c>; null without one.</summary>
    public string? ConfigurationFile { get; init; }

    /// <summary><c>-Ac</c>: the submission program's own queue is meant.</summary>
    public bool IsSubmission { get; init; }

    /// <summary><c>--json</c>, which is ours.</summary>
    public bool Json { get; init; }

    /// <summary><c>-d</c>: each category with its level.</summary>
    public IReadOnlyList<(int Category, int Level)> Debug { get; init; } = [];

    /// <summary><c>-O name=value</c> and the long names of <c>-o</c>.</summary>
    public IReadOnlyList<(string Name, string Value)> Options { get; init; } = [];

    /// <summary>What stands behind the options: recipients, or what the mode takes.</summary>
    public IReadOnlyList<string> Operands { get; init; } = [];
}
