namespace Relay.Logging.Tests;

/// <summary>An output whose first write waits until released, and that fails on demand.</summary>
internal sealed class StuckStream : Stream
{
    public ManualResetEventSlim Entered { get; } = new();

    public ManualResetEventSlim Release { get; } = new();

    public MemoryStream Written { get; } = new();

    public bool Failing { get; set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Entered.Set();
        Release.Wait();
        if (Failing)
        {
            throw new IOException("broken pipe");
        }

        Written.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        Entered.Dispose();
        Release.Dispose();
        Written.Dispose();
        base.Dispose(disposing);
    }
}
