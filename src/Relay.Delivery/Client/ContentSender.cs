using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Relay.Queue;
using Relay.Smtp;
using Relay.Smtp.Data;

namespace Relay.Delivery.Client;

/// <summary>
/// Writes a message's content to a connection: as DATA takes it, which is a pure copy from the queue into the pipe's
/// memory, or as one BDAT chunk. At most one piece is buffered. Stateless.
/// </summary>
internal static class ContentSender
{
    /// <summary>Octets buffered before a flush.</summary>
    private const int PieceLength = 64 * 1024;

    private const int ReadLengthMin = 4096;

    /// <summary>
    /// Writes the content and the final dot; the last piece is left to the caller to flush, maybe with more behind it.
    /// False: the session broke, or something came that can be no reply to the content.
    /// </summary>
    /// <exception cref="MailQueueException">The content cannot be read; part of it may have been sent.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<bool> WriteDataAsync(SmtpClientConnection connection, QueuedMessage message)
    {
        PipeWriter output = connection.ContentOutput;
        long offset = 0;
        long unflushed = 0;
        while (offset < message.WireLength)
        {
            int length = ReadPiece(output, message, offset);
            offset += length;
            unflushed += length;
            if (unflushed >= PieceLength && offset < message.WireLength)
            {
                unflushed = 0;
                if (!await connection.FlushAsync(ClientPhase.Content) || connection.HasEarlyReply)
                {
                    return false;
                }
            }
        }

        connection.Output.Write(".\r\n"u8);
        return true;
    }

    /// <summary>Writes <c>BDAT n LAST</c> (RFC 3030) and the content without its stuffed dots; else as above.</summary>
    /// <exception cref="MailQueueException">The content cannot be read; part of it may have been sent.</exception>
    public static async ValueTask<bool> WriteChunkAsync(SmtpClientConnection connection, QueuedMessage message)
    {
        PipeWriter output = connection.ContentOutput;
        WriteBdat(connection.Output, message.Size);
        if ((message.Flags & ContentFlags.StuffedDots) == 0)
        {
            return await WriteWireAsync(connection, message);
        }

        var unstuffer = new DotUnstuffer();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PieceLength);
        try
        {
            for (long offset = 0; offset < message.WireLength;)
            {
                int length = Read(message, offset, buffer);
                unstuffer.Write(buffer.AsSpan(0, length), output);
                offset += length;
                if (offset < message.WireLength
                    && (!await connection.FlushAsync(ClientPhase.Content) || connection.HasEarlyReply))
                {
                    return false;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return true;
    }

    private static async ValueTask<bool> WriteWireAsync(SmtpClientConnection connection, QueuedMessage message)
    {
        for (long offset = 0; offset < message.WireLength;)
        {
            offset += ReadPiece(connection.ContentOutput, message, offset);
            if (offset < message.WireLength && connection.Output.UnflushedBytes >= PieceLength
                && (!await connection.FlushAsync(ClientPhase.Content) || connection.HasEarlyReply))
            {
                return false;
            }
        }

        return true;
    }

    private static void WriteBdat(PipeWriter output, long size)
    {
        output.Write("BDAT "u8);
        Utf8Formatter.TryFormat(size, output.GetSpan(20), out int length);
        output.Advance(length);
        output.Write(" LAST\r\n"u8);
    }

    private static int ReadPiece(PipeWriter output, QueuedMessage message, long offset)
    {
        long rest = message.WireLength - offset;
        Span<byte> span = output.GetSpan((int)Math.Min(rest, ReadLengthMin));
        span = span[..(int)Math.Min(Math.Min(span.Length, rest), PieceLength)];
        int length = Read(message, offset, span);
        output.Advance(length);
        return length;
    }

    private static int Read(QueuedMessage message, long offset, Span<byte> span)
    {
        int length = message.Read(offset, span);
        return length > 0
            ? length
            : throw new MailQueueException(MailQueueError.Damaged, $"{message.Id}: the content ends too soon");
    }
}
