using System.Buffers;
using System.Globalization;
using Relay.Queue.Journal;
using Relay.Queue.Records;
using Relay.Smtp;
using Relay.Smtp.Replies;

namespace Relay.Queue.Tests.Records;

/// <summary>
/// The octets of every record's body, as docs/queue-format.md describes them. A change here is a change of the format:
/// queues on disk would not be read any more.
/// </summary>
public sealed class RecordCodecTests
{
    [Fact]
    public void Accept_body_is_as_documented()
    {
        var envelope = new Envelope { Body = BodyType.EightBitMime, Return = DsnReturn.Headers, SmtpUtf8 = true };
        envelope.SetReversePath("r@x"u8);
        envelope.SetEnvelopeId("E"u8);
        envelope.SetHelo("h"u8);
        envelope.SetClient("[c]"u8);
        envelope.SetAuthIdentity("u"u8);
        envelope.AddRecipient("a@b"u8, "rfc822;A"u8, DsnNotify.Failure);
        AcceptDraft draft = NewDraft();
        draft.Envelope = envelope;
        string expected =
            "0807060504030201" // received
            + "1100000000000000" // wire length: prologue 3, chunk 7, rest 7
            + "0200000000000000" // stuffed dots
            + "1817161514131211" // next attempt
            + "23000000" // envelope length
            + "03000000" // prologue length
            + "07000000" // rest length
            + "01000000" // chunks
            + "02000000" // states length
            + "03000000" // parent outcomes length
            + "2827262524232221" // parent
            + "0100" // recipients
            + "0400" // states
            + "0500" // parent outcomes
            + "0200" // hold reason length
            + "0600" // attempts
            + "0700" // unfinished recipients
            + "05" // content flags
            + "01" // body type
            + "02" // DSN return
            + "01" // SMTPUTF8
            + "4001000000000000" + "07000000" // chunk: address, length
            + "0300" + "724078" + "0100" + "45" + "0100" + "68" + "0300" + "5B635D" + "0100" + "75"
            + "0300" + "0800" + "04" + "614062" + "7266633832323B41"
            + "AABB" // states
            + "CCDDEE" // parent outcomes
            + "6F6B" // hold reason
            + "503A20" // prologue
            + "72657374210D0A"; // rest
        Assert.Equal(expected, Encode(new AcceptDraft.Entry(draft), () => draft.Measure()));
    }

    [Fact]
    public void Accept_body_is_read_back()
    {
        AcceptDraft draft = NewDraft();
        draft.Envelope = new Envelope();
        draft.Envelope.SetReversePath("r@x"u8);
        draft.Envelope.AddRecipient("a@b"u8, "o"u8, DsnNotify.Never);
        draft.Measure();
        byte[] body = new byte[new AcceptDraft.Entry(draft).BodyLength];
        new AcceptDraft.Entry(draft).WriteBody(body);

        Assert.True(AcceptRecord.TryRead(body, out AcceptRecord record));
        Assert.Equal(0x0102030405060708, record.Fields.ReceivedMilliseconds);
        Assert.Equal(17, record.Fields.WireLength);
        Assert.Equal(new ChunkPlace(0x140, 7), record.GetChunk(0));
        Assert.Equal(0x140, record.LowestAddress(0x1000));
        Assert.Equal("P: "u8, record.Prologue);
        Assert.Equal("rest!\r\n"u8, record.Rest);
        Assert.Equal("ok"u8, record.HoldReason);
        var parts = new AcceptParts(body);
        Assert.Equal("ok"u8, parts.HoldReason.Span);
        Assert.Equal("P: "u8, parts.Prologue.Span);
        Assert.Equal("rest!\r\n"u8, parts.Rest.Span);
        Assert.Equal(record.Envelope, parts.Envelope.Span);
        var envelope = new Envelope();
        Assert.True(EnvelopeCodec.TryRead(record.Envelope, record.Fields.RecipientCount, envelope));
        Assert.Equal("r@x"u8, envelope.ReversePath);
        Assert.Equal("a@b"u8, envelope.GetRecipient(0).ForwardPath);
        Assert.Equal("o"u8, envelope.GetRecipient(0).OriginalRecipient);
        Assert.Equal(DsnNotify.Never, envelope.GetRecipient(0).Notify);
    }

    [Fact]
    public void Own_reverse_paths_are_as_documented_and_cost_nothing_where_there_are_none()
    {
        var envelope = new Envelope();
        envelope.SetReversePath("r@x"u8);
        envelope.AddRecipient("a@b"u8, "o"u8, DsnNotify.Failure, "w@y"u8);
        envelope.AddRecipient("c@b"u8, default, DsnNotify.Never, "w@y"u8);
        envelope.AddRecipient("d@b"u8, default, DsnNotify.Unspecified);
        envelope.AddRecipient("e@b"u8, default, DsnNotify.Delay, default);
        string expected =
            "0300" + "724078" + "0000" + "0000" + "0000" + "0000"
            + "0300" + "0100" + "84" + "614062" + "6F" + "0300" + "774079"
            + "0300" + "0000" + "41" + "634062"
            + "0300" + "0000" + "00" + "644062"
            + "0300" + "0000" + "88" + "654062" + "0000";
        byte[] octets = new byte[EnvelopeCodec.Measure(envelope)];
        var writer = new BodyWriter(octets);
        EnvelopeCodec.Write(envelope, ref writer);
        Assert.Equal(octets.Length, writer.Position);
        Assert.Equal(expected, Convert.ToHexString(octets));

        var again = new Envelope();
        Assert.True(EnvelopeCodec.TryRead(octets, 4, again));
        Assert.Equal("w@y"u8, again.GetRecipient(1).ReversePath);
        Assert.Equal(DsnNotify.Never, again.GetRecipient(1).Notify);
        Assert.False(again.GetRecipient(2).HasOwnReversePath);
        Assert.True(again.GetRecipient(3) is { HasOwnReversePath: true, ReversePath.IsEmpty: true });
    }

    [Theory]
    [InlineData(0, 0x41)] // the first has nobody before it
    [InlineData(0, 0xC1)] // what both bits mean is not written by anyone
    [InlineData(1, 0x41)] // the one before has none of its own
    [InlineData(1, 0x81)] // nothing follows
    public void Marks_that_refer_to_nothing_are_refused(int ordinal, byte notify)
    {
        var envelope = new Envelope();
        envelope.AddRecipient("a@b"u8, default, DsnNotify.Never);
        envelope.AddRecipient("c@b"u8, default, DsnNotify.Never);
        byte[] octets = new byte[EnvelopeCodec.Measure(envelope)];
        var writer = new BodyWriter(octets);
        EnvelopeCodec.Write(envelope, ref writer);
        Assert.True(EnvelopeCodec.TryRead(octets, 2, new Envelope()));
        octets[10 + (ordinal * 8) + 4] = notify;
        Assert.False(EnvelopeCodec.TryRead(octets, 2, new Envelope()));
    }

    [Fact]
    public void Accept_bodies_of_any_other_length_or_with_flipped_lengths_are_refused_without_harm()
    {
        AcceptDraft draft = NewDraft();
        draft.Envelope = new Envelope();
        draft.Measure();
        byte[] body = new byte[new AcceptDraft.Entry(draft).BodyLength];
        new AcceptDraft.Entry(draft).WriteBody(body);
        for (int length = 0; length < body.Length; length++)
        {
            Assert.False(AcceptRecord.TryRead(body.AsSpan(0, length), out _));
        }

        for (int i = 32; i < 56 * 8; i++)
        {
            byte[] broken = [.. body];
            broken[Math.Min(i / 8, broken.Length - 1)] ^= (byte)(1 << (i % 8));
            if (AcceptRecord.TryRead(broken, out AcceptRecord record))
            {
                Assert.Equal(body.Length, record.Fields.BodyLength);
            }
        }
    }

    [Fact]
    public void Chunk_done_abort_and_state_bodies_are_as_documented()
    {
        Assert.Equal(
            "0807060504030201" + "616263",
            Encode(new ChunkEntry(0x0102030405060708, new ReadOnlySequence<byte>("abc"u8.ToArray()))));
        Assert.Equal("03", Encode(new DoneEntry(DoneReason.Deleted)));
        Assert.Equal("03000000" + "0807060504030201", Encode(new AbortEntry(3, 0x0102030405060708)));
        byte[] state = new byte[StateFields.Length + OutcomeCodec.Measure(2)];
        var writer = new BodyWriter(state);
        new StateFields
        {
            Previous = 0x0102030405060708,
            NextAttemptMilliseconds = 0x1112131415161718,
            Attempts = 0x2122,
            Unfinished = 0x3132,
            OutcomeCount = 1,
            Depth = 4,
            Flags = StateFlags.Held | StateFlags.Full,
        }.Write(ref writer);
        OutcomeCodec.Write(
            0x4142, RecipientStatus.Deferred, 451, new EnhancedStatusCode(4, 0x0102, 0x0304), delayNotified: false,
            "no"u8, ref writer);
        Assert.Equal(state.Length, writer.Position);
        Assert.Equal(
            "0807060504030201" + "1817161514131211" + "2221" + "3231" + "0100" + "04" + "05"
            + "4241" + "01" + "04" + "0201" + "0403" + "C301" + "02" + "6E6F",
            Convert.ToHexString(state));
    }

    [Fact]
    public void A_told_delay_is_bit_7_of_the_class_and_stays_with_the_recipient()
    {
        byte[] octets = new byte[OutcomeCodec.Measure(0)];
        var writer = new BodyWriter(octets);
        var told = new RecipientOutcome(1, RecipientStatus.Deferred, 451, new EnhancedStatusCode(4, 2, 0), default)
        {
            DelayNotified = true,
        };
        OutcomeCodec.Write(told, ref writer);
        Assert.Equal("0100" + "01" + "84" + "0200" + "0000" + "C301" + "00", Convert.ToHexString(octets));

        var states = new RecipientStates();
        states.Reset(2);
        Assert.True(states.TryApplyNotified(octets, 1));
        Assert.False(states.TryApplyNotified(octets, 1));
        states.Apply(told with { DelayNotified = false, ReplyCode = 450 });
        Assert.True(states.IsDelayNotified(1));
        Assert.False(states.IsDelayNotified(0));

        var older = new RecipientStates();
        older.Reset(2);
        Assert.True(older.TryApplyOlder(octets, 1));
        Assert.True(older.IsDelayNotified(1));
        older.Reset(2);
        Assert.False(older.IsDelayNotified(1));
    }

    [Fact]
    public void Persisted_values_never_change()
    {
        Assert.Equal("Accept=1 Chunk=2 State=3 Done=4 Abort=5 Void=255", Values<QueueRecordKind>());
        Assert.Equal("Delivered=1 Undeliverable=2 Deleted=3 Refused=4", Values<DoneReason>());
        Assert.Equal("None=0 Held=1 Quarantined=2 Full=4", Values<StateFlags>());
        Assert.Equal("None=0 Held=1 Quarantined=2 Relocated=4 HasParent=8", Values<AcceptFlags>());
        Assert.Equal(
            "Pending=0 Deferred=1 Delivered=2 Bounced=3 Expired=4 Deleted=5", Values<RecipientStatus>());
        Assert.Equal("SevenBit=0 EightBitMime=1", Values<BodyType>());
        Assert.Equal("None=0 EightBit=1 Nul=2 StuffedDots=4", Values<ContentFlags>());
        Assert.Equal("Unspecified=0 Full=1 Headers=2", Values<DsnReturn>());
        Assert.Equal("Unspecified=0 Never=1 Success=2 Failure=4 Delay=8", Values<DsnNotify>());
    }

    [Fact]
    public void A_terminal_state_never_changes_again_and_replies_are_cut()
    {
        var states = new RecipientStates();
        states.Reset(2);
        states.Apply(new RecipientOutcome(0, RecipientStatus.Bounced, 550, default, "no"u8.ToArray()));
        states.Apply(new RecipientOutcome(0, RecipientStatus.Deferred, 450, default, "later"u8.ToArray()));
        states.Apply(new RecipientOutcome(1, RecipientStatus.Deferred, 450, default, new byte[500]));
        Assert.Equal(RecipientStatus.Bounced, states.GetStatus(0));
        Assert.Equal("no"u8, states.GetReply(0));
        Assert.Equal(200, states.GetReply(1).Length);
        Assert.Equal(1, states.Unfinished);
        Assert.False(states.AnyDelivered());
    }

    private static AcceptDraft NewDraft()
    {
        var draft = new AcceptDraft();
        draft.Fields.ReceivedMilliseconds = 0x0102030405060708;
        draft.Fields.StuffedDots = 2;
        draft.Fields.NextAttemptMilliseconds = 0x1112131415161718;
        draft.Fields.Parent = 0x2122232425262728;
        draft.Fields.RecipientCount = 1;
        draft.Fields.StateCount = 4;
        draft.Fields.ParentOutcomeCount = 5;
        draft.Fields.Attempts = 6;
        draft.Fields.Unfinished = 7;
        draft.Fields.Content = ContentFlags.EightBit | ContentFlags.StuffedDots;
        draft.Fields.Body = BodyType.EightBitMime;
        draft.Fields.Return = DsnReturn.Headers;
        draft.Fields.SmtpUtf8 = true;
        draft.AddChunk(new ChunkPlace(0x140, 7));
        draft.States = new byte[] { 0xAA, 0xBB };
        draft.ParentOutcomes = new byte[] { 0xCC, 0xDD, 0xEE };
        draft.HoldReason = "ok"u8.ToArray();
        draft.Prologue = "P: "u8.ToArray();
        draft.Rest = new ReadOnlySequence<byte>("rest!\r\n"u8.ToArray());
        return draft;
    }

    private static string Encode<TEntry>(TEntry entry, Action? before = null)
        where TEntry : struct, IJournalEntry
    {
        before?.Invoke();
        byte[] body = new byte[entry.BodyLength];
        entry.WriteBody(body);
        return Convert.ToHexString(body);
    }

    private static string Values<TEnum>()
        where TEnum : struct, Enum
        => string.Join(' ', Enum.GetValues<TEnum>().Select(value =>
            $"{value}={Convert.ToInt64(value, CultureInfo.InvariantCulture)}"));
}
