namespace Relay.LoadGenerator.Commands;

/// <summary>Exit codes of the program.</summary>
internal static class ExitCodes
{
    internal const int Success = 0;

    /// <summary>Not all was well: messages refused, lost, duplicated or corrupted, or the run was cut short.</summary>
    internal const int Failed = 1;

    /// <summary>The command line is wrong or the run could not begin.</summary>
    internal const int Usage = 2;
}
