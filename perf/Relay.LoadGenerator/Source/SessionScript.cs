using System.Text;
using Relay.LoadGenerator.Measurement;
using Relay.LoadGenerator.Messages;

namespace Relay.LoadGenerator.Source;

/// <summary>Writes the commands and headers of messages; immutable, shared by all sessions.</summary>
internal sealed class SessionScript
{
    private readonly SourceOptions _options;
    private readonly AddressTemplate _from;
    private readonly AddressTemplate _to;
    private readonly byte[] _fixedFields;
    private readonly WallClock _clock;

    internal SessionScript(SourceOptions options, uint run, TimeProvider time)
    {
        _options = options;
        _clock = new WallClock(time);
        Run = run;
        _from = AddressTemplate.Parse(options.From);
        _to = AddressTemplate.Parse(options.To);
        if (_from.LengthMax > MessageContent.AddressMax || _to.LengthMax > MessageContent.AddressMax)
        {
            throw new FormatException($"addresses are limited to {MessageContent.AddressMax} octets");
        }

        _fixedFields = MessageHeader.CreateFixedFields(time.GetUtcNow(), options.Subject);
        if (_fixedFields.Length > MessageContent.AddressMax)
        {
            throw new FormatException($"the subject is limited to {MessageContent.AddressMax} octets");
        }

        Hello = Encoding.ASCII.GetBytes((options.Lmtp ? "LHLO " : "EHLO ") + options.HelloName + "\r\n");
        Helo = Encoding.ASCII.GetBytes($"HELO {options.HelloName}\r\n");
    }

    internal uint Run { get; }

    internal byte[] Hello { get; }

    internal byte[] Helo { get; }

    internal long PickSize(uint sequence) => MessageBody.Normalize(_options.Size.Pick(_options.Seed, sequence));

    internal void AppendMail(OutputBuffer output, uint sequence, int session, bool eightBit)
    {
        output.Append("MAIL FROM:<"u8);
        Span<byte> room = output.GetSpan(MessageContent.AddressMax);
        output.Advance(_from.Write(room, Counters(sequence, 0, session)));
        output.Append(eightBit ? "> BODY=8BITMIME\r\n"u8 : ">\r\n"u8);
    }

    internal void AppendRcpt(OutputBuffer output, uint sequence, int recipient, int session)
    {
        output.Append("RCPT TO:<"u8);
        Span<byte> room = output.GetSpan(MessageContent.AddressMax);
        output.Advance(_to.Write(room, Counters(sequence, recipient, session)));
        output.Append(">\r\n"u8);
    }

    internal void AppendContent(
        OutputBuffer output, ref MessageContent content, in Ticket ticket, int session, int limit)
    {
        Span<byte> from = stackalloc byte[MessageContent.AddressMax];
        Span<byte> to = stackalloc byte[MessageContent.AddressMax];
        var header = new MessageHeader
        {
            From = from[.._from.Write(from, Counters(ticket.Sequence, 0, session))],
            To = to[.._to.Write(to, Counters(ticket.Sequence, 0, session))],
            FixedFields = _fixedFields,
            SentMicroseconds = _clock.Microseconds(ticket.Intended),
        };
        output.Advance(content.Fill(output.GetSpan(limit)[..limit], header));
    }

    private AddressCounters Counters(uint sequence, int recipient, int session) =>
        new(sequence, recipient, _options.RecipientsPerMessage, session, _options.Destinations);
}
