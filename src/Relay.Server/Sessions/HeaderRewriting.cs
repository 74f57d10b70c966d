using System.Buffers;
using Relay.Server.Policies;
using Relay.Server.Transactions;

namespace Relay.Server.Sessions;

/// <summary>
/// Holds a message's header section back until it is complete and puts the rewriter's in its place. The held part is
/// smaller than the queue's pieces, so nothing of the message has gone there before. Only where a rewriter is needed.
/// </summary>
internal static class HeaderRewriting
{
    /// <summary>Octets of a header section with its empty line. Sendmail: MaxHeadersLength.</summary>
    public const int LengthMax = 32768;

    /// <summary>DATA: the header section is at the front of the input, where it is kept until it is complete.</summary>
    public static void PassHeader(
        SessionDialog dialog,
        MailTransaction transaction,
        bool ended,
        ref ReadOnlySequence<byte> input)
    {
        long content = transaction.Held - transaction.Scanner.TerminatorLength;
        if (!TryMeasure(dialog, transaction, content, ended, out int length))
        {
            return;
        }

        ReadOnlySequence<byte> header = input.Slice(0, length);
        bool rewritten;
        if (header.IsSingleSegment)
        {
            rewritten = Rewrite(dialog, transaction, header.FirstSpan);
        }
        else
        {
            byte[] joined = ArrayPool<byte>.Shared.Rent(length);
            header.CopyTo(joined);
            rewritten = Rewrite(dialog, transaction, joined.AsSpan(0, length));
            ArrayPool<byte>.Shared.Return(joined);
        }

        if (rewritten)
        {
            input = input.Slice(length);
            transaction.Held -= length;
        }
    }

    /// <summary>BDAT: the header section is at the front of the chunks.</summary>
    public static void PassHeader(
        SessionDialog dialog,
        MailTransaction transaction,
        bool ended)
    {
        ChunkBuffer chunks = transaction.Chunks;
        if (TryMeasure(dialog, transaction, chunks.Count, ended, out int length)
            && Rewrite(dialog, transaction, chunks.Written[..length]))
        {
            chunks.RemoveStart(length);
        }
    }

    /// <returns>False while the header section is incomplete, and when it is too long.</returns>
    private static bool TryMeasure(
        SessionDialog dialog,
        MailTransaction transaction,
        long content,
        bool ended,
        out int length)
    {
        long octets = transaction.Header.IsComplete ? transaction.Header.Length : content;
        length = (int)Math.Min(octets, LengthMax);
        if (octets > LengthMax)
        {
            transaction.HasOverlongHeader = true;
            transaction.HasPassedHeader = true;
            transaction.Check(dialog.Settings, transaction.Scanned - transaction.Scanner.TerminatorLength);
            return false;
        }

        if (transaction.Refusal != ContentRefusal.None || transaction.IsDiscarded)
        {
            transaction.HasPassedHeader = true;
            return false;
        }

        return transaction.Header.IsComplete || ended;
    }

    private static bool Rewrite(
        SessionDialog dialog,
        MailTransaction transaction,
        ReadOnlySpan<byte> header)
    {
        transaction.HasPassedHeader = true;
        IHeaderRewriter rewriter = dialog.Server.HeaderRewriter!;
        if (rewriter.Rewrite(dialog.Client, transaction.Envelope, header, transaction.Rewritten))
        {
            return true;
        }

        transaction.Rewritten.Clear();
        return false;
    }
}
