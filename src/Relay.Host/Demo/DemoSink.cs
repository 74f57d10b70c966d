using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Relay.Smtp.Commands;
using Relay.Smtp.Data;
using Relay.Smtp.Framing;

namespace Relay.Host.Demo;

/// <summary>The next hop of the demonstration: an SMTP server that checks every message and keeps none.</summary>
internal sealed class DemoSink : IAsyncDisposable
{
    private const int LineLengthMax = 2048;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly DemoLedger _ledger;
    private readonly DemoPlan _plan;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;

    public DemoSink(DemoLedger ledger, DemoPlan plan)
    {
        _ledger = ledger;
        _plan = plan;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(1024);
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync(_stopping.Token);
                _ = ServeAsync(socket);
            }
        }
        catch (Exception exception) when (
            exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the demonstration.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        socket.NoDelay = true;
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            var session = new Session(PipeReader.Create(stream), PipeWriter.Create(stream), _ledger, _plan);
            await session.RunAsync(_stopping.Token);
        }
        catch (Exception exception) when (
            exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The relay went away or the demonstration is over.
        }
    }

    /// <summary>One connection: replies gathered per read, content scanned as it comes.</summary>
    private sealed class Session(PipeReader input, PipeWriter output, DemoLedger ledger, DemoPlan plan)
    {
        private readonly byte[] _scratch = new byte[DemoMessage.LengthMax(plan.MessageSize)];
        private byte[] _content = new byte[DemoMessage.LengthMax(plan.MessageSize) + 1024];
        private bool _inContent;
        private bool _ended;

        public async Task RunAsync(CancellationToken cancellation)
        {
            Reply("220 sink.example ESMTP\r\n");
            await output.FlushAsync(cancellation);
            while (!_ended)
            {
                ReadResult read = await input.ReadAsync(cancellation);
                ReadOnlySequence<byte> rest = read.Buffer;
                while (!_ended && (_inContent ? TryContent(ref rest) : TryCommand(ref rest)))
                {
                    // One step each.
                }

                input.AdvanceTo(rest.Start, rest.End);
                await output.FlushAsync(cancellation);
                _ended |= read.IsCompleted;
            }
        }

        private bool TryCommand(ref ReadOnlySequence<byte> rest)
        {
            LineStatus status = CommandLineFramer.TryReadLine(
                rest, LineLengthMax, out ReadOnlySequence<byte> line, out SequencePosition consumed);
            if (status != LineStatus.Complete)
            {
                _ended = status != LineStatus.NeedMoreData;
                return false;
            }

            ReadOnlySpan<byte> span = line.IsSingleSegment ? line.FirstSpan : line.ToArray();
            SmtpVerb verb = SmtpCommandParser.ParseVerb(span, out _);
            rest = rest.Slice(consumed);
            switch (verb)
            {
                case SmtpVerb.Ehlo:
                    Reply("250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n");
                    break;
                case SmtpVerb.Data:
                    _inContent = true;
                    Reply("354 go\r\n");
                    break;
                case SmtpVerb.Quit:
                    _ended = true;
                    Reply("221 2.0.0 bye\r\n");
                    break;
                default:
                    Reply("250 2.0.0 ok\r\n");
                    break;
            }

            return true;
        }

        private bool TryContent(ref ReadOnlySequence<byte> rest)
        {
            var scanner = default(ContentScanner);
            if (!scanner.Scan(rest, out long consumed))
            {
                return false;
            }

            int length = (int)consumed - 3;
            if (length > _content.Length)
            {
                _content = new byte[length];
            }

            rest.Slice(0, length).CopyTo(_content);
            ledger.OnArrived(_content.AsSpan(0, length), _scratch);
            rest = rest.Slice(consumed);
            _inContent = false;
            Reply("250 2.0.0 taken\r\n");
            return true;
        }

        private void Reply(string text) => output.Advance(Encoding.ASCII.GetBytes(text, output.GetSpan(text.Length)));
    }
}
