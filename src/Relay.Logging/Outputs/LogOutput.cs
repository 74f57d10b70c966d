namespace Relay.Logging.Outputs;

/// <summary>
/// Where the mail log's lines go. Called by one thread at a time; may block, for the mail never waits for it.
/// </summary>
public abstract class LogOutput : IDisposable
{
    /// <summary>A syslog daemon adds the host's name to each line and wants a priority instead.</summary>
    public virtual bool IsSyslogSocket => false;

    /// <summary>Writes whole lines. Never throws for what is wrong with the output.</summary>
    /// <returns>How many of them were lost.</returns>
    public abstract long Write(ReadOnlySpan<byte> lines);

    /// <summary>Begins a file of the same name anew, after a rotation. Never throws.</summary>
    /// <returns>Why that failed, and the old file goes on; null if it did not.</returns>
    public virtual string? Reopen() => null;

    public abstract void Dispose();

    protected static long CountLines(ReadOnlySpan<byte> lines) => lines.Count((byte)'\n');
}
