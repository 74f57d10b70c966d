using System.IO.Pipelines;
using System.Text;

namespace Relay.Delivery.Client;

/// <summary>
/// Shows the commands that go through it, line by line, behind <c>&gt;&gt;&gt; </c>. What authenticates is not shown.
/// Content goes around it. One writer.
/// </summary>
internal sealed class DialogueWriter(PipeWriter inner, IDialogue dialogue) : PipeWriter
{
    private readonly StringBuilder _line = new();
    private Memory<byte> _given;

    /// <summary>The server asked for more of an authentication (334): the next line is a secret.</summary>
    public bool HidesNextLine { get; set; }

    public PipeWriter Inner => inner;

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _given = inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        foreach (byte octet in _given.Span[..bytes])
        {
            if (octet == '\n')
            {
                Show();
            }
            else if (octet != '\r')
            {
                _line.Append((char)octet);
            }
        }

        _given = _given[bytes..];
        inner.Advance(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        inner.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    private void Show()
    {
        string line = _line.ToString();
        _line.Clear();
        if (HidesNextLine)
        {
            line = "*";
        }
        else if (line.StartsWith("AUTH ", StringComparison.OrdinalIgnoreCase))
        {
            string[] words = line.Split(' ', 3);
            line = words.Length > 2 ? $"{words[0]} {words[1]} *" : line;
        }

        HidesNextLine = false;
        dialogue.Add($">>> {line}");
    }
}
