using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Relay.Smtp.Replies;

namespace Relay.Host.Demo;

/// <summary>
/// The client of the demonstration: sessions that send message after message over one connection each, with MAIL, RCPT
/// and DATA in one write (RFC 2920), until the time or the messages are used up.
/// </summary>
internal sealed class DemoLoad(EndPoint relay, DemoLedger ledger, DemoPlan plan, TimeProvider time)
{
    /// <summary>Runs all sessions to their end.</summary>
    public Task RunAsync(CancellationToken cancellation)
    {
        long deadline = time.GetTimestamp() + (long)(plan.Duration.TotalSeconds * time.TimestampFrequency);
        return Task.WhenAll(Enumerable.Range(0, plan.Sessions).Select(_ => RunSessionAsync(deadline, cancellation)));
    }

    private async Task RunSessionAsync(long deadline, CancellationToken cancellation)
    {
        using var socket = new Socket(relay.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(relay, cancellation);
        await using var stream = new NetworkStream(socket);
        PipeReader input = PipeReader.Create(stream);
        byte[] message = new byte[DemoMessage.LengthMax(plan.MessageSize) + 8];
        await ExpectAsync(input, 220, cancellation);
        await stream.WriteAsync("EHLO demo.example\r\n"u8.ToArray(), cancellation);
        await ExpectAsync(input, 250, cancellation);
        byte[] envelope = "MAIL FROM:<demo@relay.example>\r\nRCPT TO:<sink@relay.example>\r\nDATA\r\n"u8.ToArray();
        while (time.GetTimestamp() < deadline && ledger.TryNext(out int number))
        {
            await stream.WriteAsync(envelope, cancellation);
            int length = DemoMessage.Write(number, plan.MessageSize, message);
            ".\r\n"u8.CopyTo(message.AsSpan(length));
            await ExpectAsync(input, 250, cancellation);
            await ExpectAsync(input, 250, cancellation);
            await ExpectAsync(input, 354, cancellation);
            long started = time.GetTimestamp();
            await stream.WriteAsync(message.AsMemory(0, length + 3), cancellation);
            ushort code = await ReadAsync(input, cancellation);
            if (code == 250)
            {
                ledger.OnAccepted(number, time.GetElapsedTime(started));
            }
            else
            {
                ledger.OnRefused();
            }
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes("QUIT\r\n"), cancellation);
        await ReadAsync(input, cancellation);
    }

    private static async ValueTask ExpectAsync(PipeReader input, ushort expected, CancellationToken cancellation)
    {
        ushort code = await ReadAsync(input, cancellation);
        if (code != expected)
        {
            throw new IOException($"the relay answered {code} where {expected} was expected");
        }
    }

    private static async ValueTask<ushort> ReadAsync(PipeReader input, CancellationToken cancellation)
    {
        while (true)
        {
            ReadResult read = await input.ReadAsync(cancellation);
            ReadOnlySequence<byte> buffer = read.Buffer;
            ReplyStatus status = ReplyParser.TryRead(buffer, out RemoteReply reply, out SequencePosition consumed);
            if (status == ReplyStatus.Complete)
            {
                ushort code = reply.Code;
                input.AdvanceTo(consumed);
                return code;
            }

            if (status != ReplyStatus.NeedMoreData || read.IsCompleted)
            {
                throw new IOException("the relay closed the connection or sent what is not a reply");
            }

            input.AdvanceTo(buffer.Start, buffer.End);
        }
    }
}
