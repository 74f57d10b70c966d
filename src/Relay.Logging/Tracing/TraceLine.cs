using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Relay.Logging.Tracing;

/// <summary>A JSON line read back: the inverse of <see cref="JsonFormatter"/>.</summary>
internal sealed class TraceLine
{
    private readonly Dictionary<string, byte[]> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _numbers = new(StringComparer.Ordinal);

    private TraceLine()
    {
    }

    public DateTimeOffset Time { get; private set; }

    private MailEventKind Kind { get; set; }

    /// <exception cref="JsonException">Not JSON.</exception>
    public static bool TryRead(ReadOnlySpan<byte> line, [NotNullWhen(true)] out TraceLine? read)
    {
        read = null;
        var json = new Utf8JsonReader(line);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        var result = new TraceLine();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            json.Read();
            if (json.TokenType == JsonTokenType.Number)
            {
                result._numbers[name] = json.GetDouble();
            }
            else if (json.TokenType == JsonTokenType.String)
            {
                result._texts[name] = Encoding.UTF8.GetBytes(json.GetString()!);
            }
        }

        if (!DateTimeOffset.TryParse(Encoding.ASCII.GetString(result.Text("time")), out DateTimeOffset time)
            || !EventNames.TryParse(result.Text("event"), out MailEventKind kind))
        {
            return false;
        }

        result.Time = time;
        result.Kind = kind;
        read = result;
        return true;
    }

    /// <summary>The event; its texts are this line's.</summary>
    public MailEvent ToEvent() => new()
    {
        Kind = Kind,
        Stage = EventNames.ParseStage(Text("stage")),
        QueueId = Text("id"),
        Original = Text("original"),
        Recipient = Text("to"),
        ReversePath = Text("from"),
        HasReversePath = _texts.ContainsKey("from"),
        RecipientCount = (int)Number("nrcpts"),
        Size = (long)Number("size"),
        MessageId = Text("msgid"),
        Peer = EventNames.IsOutbound(Kind) ? Text("relay") : Text("client"),
        Helo = Text("helo"),
        Protocol = Text("proto"),
        BodyType = Text("body"),
        Mailer = Text("mailer"),
        Via = EventNames.IsOutbound(Kind) ? Text("route") : Text("listener"),
        Delay = _numbers.ContainsKey("delay") ? TimeSpan.FromSeconds(Number("delay")) : TimeSpan.FromTicks(-1),
        AttemptTime = TimeSpan.FromSeconds(Number("xdelay")),
        Reply = TextFormatter.IsText(Kind) ? Text("text") : Text("reply"),
    };

    private ReadOnlySpan<byte> Text(string name) => _texts.GetValueOrDefault(name);

    private double Number(string name) => _numbers.GetValueOrDefault(name);
}
