namespace Relay.Host.Submission;

/// <summary>A message as a local user gives it, before anything is added.</summary>
internal sealed record SubmittedMessage
{
    /// <summary>Who submits it, by the system's word.</summary>
    public required UserAccount User { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset Date { get; init; }

    /// <summary>The content as it was read: any line ends, without stuffed dots.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>
    /// From the command line and, with <c>-t</c>, from the header; without brackets, maybe unqualified.
    /// </summary>
    public required IReadOnlyList<string> Recipients { get; init; }

    /// <summary>
    /// Those whom the relay refused, with its replies, and of whom the sender does not know yet: a message in the drop
    /// folder that was taken up in part.
    /// </summary>
    public IReadOnlyList<(string Recipient, string Reply)> Refused { get; init; } = [];

    /// <summary>
    /// The reverse-path of <c>-f</c> without brackets, empty for the null one; null for the user's own.
    /// </summary>
    public string? Sender { get; init; }

    /// <summary>The name of <c>-F</c>; null for the user's own.</summary>
    public string? FullName { get; init; }

    /// <summary>NOTIFY of every recipient (<c>-N</c>), as RCPT takes it; null if not given.</summary>
    public string? Notify { get; init; }

    /// <summary>RET (<c>-R</c>): FULL or HDRS; null if not given.</summary>
    public string? Return { get; init; }

    /// <summary>The configuration of <c>-C</c>, if that made a difference; for the warning about it.</summary>
    public string? ConfigurationFile { get; init; }

    /// <summary>ENVID (<c>-V</c>), as MAIL takes it; null if not given.</summary>
    public string? EnvelopeId { get; init; }
}
