using System.Buffers;
using Relay.Server.Listening;
using Relay.Server.Transactions;

namespace Relay.Server.Sessions;

/// <summary>
/// Receives content behind DATA up to CRLF.CRLF. Small messages stay in the input until they are complete and go to
/// the queue in one piece; larger ones go piece by piece, so that a session holds little more than a piece at any
/// time. Refused content is scanned to its end and dropped: stopping early would turn content into commands.
/// </summary>
internal static class DataReceiver
{
    /// <param name="input">All input that is not consumed; what is consumed here is cut off its front.</param>
    public static Step Receive(SessionDialog dialog, ref ReadOnlySequence<byte> input)
    {
        MailTransaction transaction = dialog.Transaction!;
        ReadOnlySequence<byte> fresh = transaction.Held == 0 ? input : input.Slice(transaction.Held);
        if (fresh.IsEmpty)
        {
            return Step.NeedData;
        }

        bool ended = transaction.Scanner.Scan(fresh, out long scanned);
        if (!transaction.Header.IsComplete)
        {
            transaction.Header.Scan(fresh.Slice(0, scanned));
        }

        dialog.Timeouts.AddContent(scanned);
        transaction.Held += scanned;
        transaction.Scanned += scanned;
        transaction.Check(dialog.Settings, transaction.Scanned - transaction.Scanner.TerminatorLength);
        if (!transaction.HasPassedHeader)
        {
            HeaderRewriting.PassHeader(dialog, transaction, ended, ref input);
        }

        if (ended)
        {
            return End(dialog, transaction, ref input);
        }

        if (transaction.Scanned >= BlockMemoryPool.LargeBlockSize)
        {
            BlockMemoryPool.ExpectMore();
        }

        return GoOn(dialog, transaction, ref input);
    }

    private static Step GoOn(SessionDialog dialog, MailTransaction transaction, ref ReadOnlySequence<byte> input)
    {
        if (transaction.Refusal != ContentRefusal.None)
        {
            input = input.Slice(input.End);
            transaction.Held = 0;
            return Step.NeedData;
        }

        // What may yet become the terminator stays behind.
        long octets = transaction.Held - transaction.Scanner.TerminatorLength;
        if (octets < transaction.PieceSize)
        {
            return Step.NeedData;
        }

        transaction.Held -= octets;
        ValueTask append = transaction.AppendAsync(input.Slice(0, octets));
        if (!append.IsCompletedSuccessfully)
        {
            return dialog.Pending.Await(PendingWork.Append, append, octets);
        }

        append.GetAwaiter().GetResult();
        input = input.Slice(octets);
        return Step.NeedData;
    }

    private static Step End(SessionDialog dialog, MailTransaction transaction, ref ReadOnlySequence<byte> input)
    {
        long octets = transaction.Held;
        transaction.Held = 0;
        int terminator = transaction.Scanner.TerminatorLength;
        if (transaction.Settle(dialog.Settings, transaction.Scanned - terminator) != ContentRefusal.None)
        {
            input = input.Slice(octets);
            return MessageCompletion.FinishRefused(dialog, transaction);
        }

        ReadOnlySequence<byte> rest = input.Slice(0, octets - terminator);
        return MessageCompletion.Accept(dialog, transaction, rest, octets, ref input);
    }
}
