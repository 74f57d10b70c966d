using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Relay.Delivery.Attempts;

namespace Relay.Delivery.Client;

/// <summary>
/// What one connection tells somebody who watches a message's delivery (<see cref="IDialogue"/>). Owned by one worker.
/// </summary>
internal sealed class ConnectionDialogue
{
    private readonly IDialogue _dialogue;
    private readonly string _recipients;
    private DialogueWriter? _writer;

    public ConnectionDialogue(IDialogue dialogue, MessageAttempt attempt)
    {
        _dialogue = dialogue;
        var recipients = new List<string>(attempt.Count);
        foreach (ref RecipientAttempt recipient in attempt.Recipients)
        {
            recipients.Add(Encoding.UTF8.GetString(attempt.ForwardPath(recipient)));
        }

        _recipients = string.Join(',', recipients);
        dialogue.Opened();
    }

    /// <summary>The connection's output, seen.</summary>
    public PipeWriter Over(PipeWriter output)
    {
        if (_writer?.Inner != output)
        {
            _writer = new DialogueWriter(output, _dialogue);
        }

        return _writer;
    }

    /// <param name="peer"><c>name [1.2.3.4]</c>.</param>
    /// <param name="port">Shown if it is not 25.</param>
    /// <param name="isExchange">MX records named the host.</param>
    public void Connecting(byte[] peer, int port, bool isExchange, bool isLmtp)
    {
        string mailer = isLmtp ? "lmtp" : isExchange ? "esmtp" : "relay";
        string shownPort = port is 25 or 0 ? string.Empty : $" port {port}";
        _dialogue.Add($"{_recipients}... Connecting to {HostOf(peer)}{shownPort} via {mailer}...");
    }

    public void UsingOpenConnection(byte[] peer) =>
        _dialogue.Add($"{_recipients}... Using cached connection to {HostOf(peer)}...");

    public void Closing(byte[] peer) => _dialogue.Add($"Closing connection to {HostOf(peer)}");

    public void Reply(ReadOnlySequence<byte> lines)
    {
        string text = Encoding.UTF8.GetString(lines);
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            _dialogue.Add(line.TrimEnd('\r'));
        }

        if (_writer is not null && text.StartsWith("334", StringComparison.Ordinal))
        {
            _writer.HidesNextLine = true;
        }
    }

    public void Parked(ReadOnlySpan<byte> reason) =>
        _dialogue.Parked($"{_recipients}... Deferred: {Encoding.UTF8.GetString(reason)}");

    public void End() => _dialogue.Closed();

    private static string HostOf(byte[] peer)
    {
        string text = Encoding.UTF8.GetString(peer);
        int blank = text.IndexOf(' ', StringComparison.Ordinal);
        string name = blank < 0 ? text : text[..blank];
        return name.StartsWith('[') || name.StartsWith("unix:", StringComparison.Ordinal) ? name : $"{name}.";
    }
}
