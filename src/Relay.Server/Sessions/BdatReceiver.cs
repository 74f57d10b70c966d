using System.Buffers;
using System.Diagnostics;
using Relay.Server.Listening;
using Relay.Server.Transactions;
using Relay.Smtp.Replies;

namespace Relay.Server.Sessions;

/// <summary>
/// Receives the octets of a BDAT chunk (RFC 3030 §2), turns them into wire form and passes full pieces to the queue.
/// A chunk that is refused is read to its end all the same.
/// </summary>
internal static class BdatReceiver
{
    /// <param name="input">All input that is not consumed; what is consumed here is cut off its front.</param>
    public static Step Receive(SessionDialog dialog, ref ReadOnlySequence<byte> input)
    {
        ref Chunk chunk = ref dialog.Chunk;
        if (chunk.Remaining == 0)
        {
            return End(dialog, ref input);
        }

        if (input.IsEmpty)
        {
            if (chunk.Remaining >= BlockMemoryPool.LargeBlockSize)
            {
                BlockMemoryPool.ExpectMore();
            }

            return Step.NeedData;
        }

        bool takes = chunk.Refusal == ContentRefusal.None;
        long octets = Math.Min(chunk.Remaining, input.Length);
        octets = takes ? Math.Min(octets, dialog.Transaction!.PieceSize) : octets;
        chunk.Remaining -= octets;
        dialog.Timeouts.AddContent(octets);
        if (takes)
        {
            MailTransaction transaction = dialog.Transaction!;
            Take(dialog, transaction, input.Slice(0, octets));
            if (transaction.Refusal != ContentRefusal.None)
            {
                transaction.Chunks.Clear();
            }
            else if (transaction.Chunks.Count >= transaction.PieceSize)
            {
                ValueTask append = transaction.AppendAsync(transaction.Chunks.Content);
                if (!append.IsCompletedSuccessfully)
                {
                    return dialog.Pending.Await(PendingWork.Append, append, octets);
                }

                append.GetAwaiter().GetResult();
                transaction.Chunks.Clear();
            }
        }

        input = input.Slice(octets);
        return Step.Continue;
    }

    private static void Take(SessionDialog dialog, MailTransaction transaction, ReadOnlySequence<byte> octets)
    {
        int before = transaction.Chunks.Count;
        transaction.Stuffer.Write(octets, transaction.Chunks);
        Scan(dialog, transaction, before, last: false);
    }

    /// <summary>
    /// Scans what is new in the buffer; the last time, that may be nothing. Wire form made here never holds an end of
    /// data.
    /// </summary>
    private static void Scan(SessionDialog dialog, MailTransaction transaction, int from, bool last)
    {
        ReadOnlySpan<byte> fresh = transaction.Chunks.Written[from..];
        bool ended = transaction.Scanner.Scan(fresh, out _);
        Debug.Assert(!ended);
        if (!transaction.Header.IsComplete)
        {
            transaction.Header.Scan(fresh);
        }

        transaction.Scanned += fresh.Length;
        transaction.Check(dialog.Settings, transaction.Scanned);
        if (!transaction.HasPassedHeader)
        {
            HeaderRewriting.PassHeader(dialog, transaction, last);
        }
    }

    private static Step End(SessionDialog dialog, ref ReadOnlySequence<byte> input)
    {
        Chunk chunk = dialog.Chunk;
        dialog.Mode = ReceiveMode.Command;
        MailTransaction? transaction = dialog.Transaction;
        if (chunk.Refusal == ContentRefusal.None)
        {
            if (chunk.IsLast)
            {
                int before = transaction!.Chunks.Count;
                transaction.Stuffer.Complete(transaction.Chunks);
                Scan(dialog, transaction, before, last: true);
            }

            chunk.Refusal = transaction!.Settle(dialog.Settings, transaction.Scanned);
        }

        if (chunk.Refusal != ContentRefusal.None)
        {
            return EndRefused(dialog, transaction, chunk);
        }

        if (!chunk.IsLast)
        {
            ReplyWriter.Insert(dialog.Output, Replies.ChunkReceived, chunk.Size);
            return Step.Continue;
        }

        return MessageCompletion.Accept(dialog, transaction!, transaction!.Chunks.Content, 0, ref input);
    }

    private static Step EndRefused(SessionDialog dialog, MailTransaction? transaction, in Chunk chunk)
    {
        bool ownFault = transaction is { IsChunked: true } && chunk.Refusal != ContentRefusal.FailedBefore;
        if (ownFault)
        {
            transaction!.HasFailedChunk = true;
            transaction.Chunks.Release();
            MessageCompletion.LogRefused(dialog, transaction);
        }

        Step step = MessageCompletion.ReplyRefused(dialog, chunk.Refusal);
        if (chunk.IsLast && transaction is { IsChunked: true })
        {
            dialog.ResetTransaction();
        }

        return step;
    }
}
