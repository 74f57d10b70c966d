namespace Relay.Logging.Outputs;

/// <summary>Lines on a stream, such as standard output; the stream is not closed.</summary>
public sealed class StreamLogOutput(Stream stream) : LogOutput
{
    public override long Write(ReadOnlySpan<byte> lines)
    {
        try
        {
            stream.Write(lines);
            return 0;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            return CountLines(lines);
        }
    }

    public override void Dispose()
    {
    }
}
