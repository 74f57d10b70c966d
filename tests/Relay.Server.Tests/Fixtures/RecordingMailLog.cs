using System.Text;
using Relay.Logging;

namespace Relay.Server.Tests.Fixtures;

/// <summary>Keeps events as readable lines.</summary>
internal sealed class RecordingMailLog : IMailLog
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    public void Write(scoped in MailEvent mailEvent)
    {
        string from = mailEvent.HasReversePath ? $" from=<{Text(mailEvent.ReversePath)}>" : string.Empty;
        string line =
            $"{mailEvent.Kind} {Text(mailEvent.QueueId)}{from} to=<{Text(mailEvent.Recipient)}> " +
            $"peer={Text(mailEvent.Peer)} proto={Text(mailEvent.Protocol)} via={Text(mailEvent.Via)} " +
            $"msgid={Text(mailEvent.MessageId)} size={mailEvent.Size} nrcpts={mailEvent.RecipientCount} " +
            $"reply={Text(mailEvent.Reply)}";
        lock (_lock)
        {
            _lines.Add(line);
        }
    }

    private static string Text(ReadOnlySpan<byte> octets) => Encoding.UTF8.GetString(octets);
}
