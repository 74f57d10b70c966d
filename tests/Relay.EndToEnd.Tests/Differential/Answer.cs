namespace Relay.EndToEnd.Tests.Differential;

/// <summary>
/// What a server said to a <see cref="Question"/>: the reply lines at MAIL and, unless that was refused, at RCPT. A
/// server that refused before has its line in <see cref="Mail"/>.
/// </summary>
/// <param name="Rcpt">Null if MAIL was refused.</param>
internal sealed record Answer(string Mail, string? Rcpt)
{
    /// <summary>The reply that decides: the last one.</summary>
    public string Final => Rcpt ?? Mail;

    /// <summary>The command that <see cref="Final"/> answers.</summary>
    public string Stage => Rcpt is null ? "MAIL" : "RCPT";

    /// <summary>
    /// True if both decide alike: the same command has the last word with a reply of the same class (2, 4 or 5), and
    /// a refusal has the same text to the letter. What an acceptance says beyond its code is each program's own.
    /// </summary>
    public bool AgreesWith(Answer other) =>
        Final.Length > 0 && other.Final.Length > 0 && Stage == other.Stage && Final[0] == other.Final[0]
        && (Final[0] == '2' || Final == other.Final);

    public override string ToString() => $"{Stage}: {Final}";
}
