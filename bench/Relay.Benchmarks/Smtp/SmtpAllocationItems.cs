using System.Buffers;
using System.Text;
using Relay.Benchmarks.Allocations;
using Relay.Smtp;
using Relay.Smtp.Commands;
using Relay.Smtp.Data;
using Relay.Smtp.Replies;

namespace Relay.Benchmarks.Smtp;

/// <summary>The protocol floor allocates nothing, whatever comes in.</summary>
internal sealed class SmtpAllocationItems : IAllocationItems
{
    private static readonly string[] RefusedLines =
        ["MAIL FROM:a@b", "MAIL FROM:<a@b> X=1", "RCPT TO:<a@b", "BDAT x", "EHLO"];

    private readonly FixedBufferWriter _output = new();
    private readonly Envelope _envelope = new();
    private readonly byte[] _mailbox = "first.last@department.example.org"u8.ToArray();
    private readonly byte[] _copy = new byte[512];

    public IEnumerable<AllocationItem> Items =>
        [.. CommandItems(), .. ContentItems(), .. ReplyItems(), new("envelope.reset", UseEnvelope)];

    private static IEnumerable<AllocationItem> CommandItems()
    {
        foreach (string line in Corpus.CommandLines)
        {
            byte[] octets = Encoding.ASCII.GetBytes(line + "\r\n");
            ReadOnlySequence<byte> whole = new(octets);
            ReadOnlySequence<byte> cut = Corpus.Segments(octets, (octets.Length + 1) / 2);
            int end = line.IndexOfAny([' ', '[']);
            string name = (end < 0 ? line : line[..end]).ToLowerInvariant();
            name = line.Contains("ORCPT", StringComparison.Ordinal) ? name + "-dsn" : name;
            yield return new AllocationItem($"command.{name}", () => Commands.Parse(whole));
            yield return new AllocationItem($"command.{name}.cut", () => Commands.Parse(cut));
        }

        byte[][] refused = [.. RefusedLines.Select(Encoding.ASCII.GetBytes)];
        yield return new AllocationItem("command.refused", () =>
        {
            foreach (byte[] line in refused)
            {
                Commands.ParseLine(line);
            }
        });
    }

    private static IEnumerable<AllocationItem> ContentItems()
    {
        ReadOnlySequence<byte> text = Corpus.Segments(Corpus.Text(65_536), 4096);
        ReadOnlySequence<byte> dots = Corpus.Segments(Corpus.Text(65_536, dotEvery: 3), 1460);
        byte[] message = Corpus.Message(2048);
        var output = new FixedBufferWriter();
        yield return new("content.scan", () => default(ContentScanner).Scan(text, out _), Count: 1000);
        yield return new("content.scan-dots", () => default(ContentScanner).Scan(dots, out _), Count: 1000);
        yield return new("content.header", () => default(HeaderScanner).Scan(message));
        yield return new("content.stuff", () => default(DotStuffer).Write(dots, output), Count: 1000);
        yield return new("content.unstuff", () => default(DotUnstuffer).Write(dots, output), Count: 1000);
    }

    private IEnumerable<AllocationItem> ReplyItems()
    {
        ReadOnlySequence<byte> one = new("250 2.0.0 Ok: queued as 4bXyz123\r\n"u8.ToArray());
        ReadOnlySequence<byte> ehlo = Corpus.Segments(Corpus.EhloReply, 50);
        ReadOnlySequence<byte> garbage = new("HTTP/1.0 400 Bad Request\r\n"u8.ToArray());
        yield return new AllocationItem("reply.write", () => ReplyWriter.Write(_output, Replies.Rset));
        yield return new AllocationItem("reply.write-mailbox", () =>
            ReplyWriter.InsertMailbox(_output, Replies.RecipientOk, _mailbox));
        yield return new AllocationItem("reply.write-number", () =>
            ReplyWriter.Insert(_output, Replies.MessageTooLarge, 10_485_760));
        yield return new AllocationItem("reply.write-texts", () =>
            ReplyWriter.Insert(_output, Replies.Helo, _mailbox, _mailbox));
        yield return new AllocationItem("reply.write-codes", () =>
            ReplyWriter.WriteLine(_output, 451, new EnhancedStatusCode(4, 3, 0), _mailbox));
        yield return new AllocationItem("reply.write-refusal", () =>
            ReplyWriter.Write(_output, Replies.For(CommandError.ParameterUnknown)));
        yield return new AllocationItem("reply.parse", () =>
        {
            ReplyParser.TryRead(one, out RemoteReply reply, out _);
            reply.CopyText(_copy);
        });
        yield return new AllocationItem("reply.parse-ehlo", () =>
        {
            ReplyParser.TryRead(ehlo, out RemoteReply reply, out _);
            EhloResponse.Parse(reply);
        });
        yield return new AllocationItem("reply.parse-garbage", () => ReplyParser.TryRead(garbage, out _, out _));
    }

    /// <summary>A whole transaction's envelope, filled and emptied.</summary>
    private void UseEnvelope()
    {
        _envelope.Reset();
        _envelope.SetHelo("client.example"u8);
        _envelope.SetClient("client.example [192.0.2.1]"u8);
        _envelope.SetReversePath(_mailbox);
        for (int i = 0; i < 10; i++)
        {
            _envelope.AddRecipient(_mailbox, default, DsnNotify.Unspecified);
        }
    }
}
