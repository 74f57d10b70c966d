using System.Collections.Concurrent;
using System.Text;
using Relay.Logging;

namespace Relay.Delivery.Tests;

/// <summary>Keeps the events of the mail log as text.</summary>
internal sealed class RecordingMailLog : IMailLog
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public void Write(scoped in MailEvent mailEvent) => Lines.Enqueue(
        $"{mailEvent.Kind} to=<{Text(mailEvent.Recipient)}> peer={Text(mailEvent.Peer)} reply={Text(mailEvent.Reply)}");

    private static string Text(ReadOnlySpan<byte> octets) => Encoding.UTF8.GetString(octets);
}
