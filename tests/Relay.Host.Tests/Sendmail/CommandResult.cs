namespace Relay.Host.Tests.Sendmail;

/// <summary>What a program that ended has left.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    public string[] Lines => Output.TrimEnd('\n').Split('\n');
}
