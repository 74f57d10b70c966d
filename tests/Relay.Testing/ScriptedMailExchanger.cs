using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Relay.Testing;

/// <summary>
/// An SMTP or LMTP server on a real socket that does what a test says. The script is asked before every step with
/// what the client sent (<see cref="Connected"/> for the greeting, <see cref="EndOfData"/> for the reply to a
/// message) and returns null for the ordinary reply, <see cref="Cut"/> to close without one, <see cref="Hang"/> to
/// never reply, or a reply without its last CRLF; a reply that ends in <see cref="ThenCut"/> is the last.
/// </summary>
public sealed class ScriptedMailExchanger : IAsyncDisposable
{
    public const string Connected = "<connected>";
    public const string EndOfData = "<end of data>";
    public const string Cut = "<cut>";
    public const string ThenCut = "<then cut>";
    public const string Hang = "<hang>";

    /// <summary>At the end of a reply: it is meant, but never sent, and the connection is closed.</summary>
    public const string Lost = "<lost>";

    public const string AllExtensions =
        "250-mx.test\r\n250-PIPELINING\r\n250-SIZE 100000000\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n"
        + "250-CHUNKING\r\n250 ENHANCEDSTATUSCODES";

    private readonly Socket _listener;
    private readonly Func<int, string, string?> _script;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly List<ReceivedMail> _mails = [];
    private readonly List<Socket> _sockets = [];
    private readonly List<IPEndPoint> _clients = [];
    private readonly List<Task> _tasks = [];
    private readonly List<(Func<bool> Condition, TaskCompletionSource Source)> _waiters = [];
    private int _connections;
    private int _disposed;
    private int _contents;
    private int _dotsWithMore;

    /// <param name="script">Called with the connection's number (from 1) and the line or step.</param>
    public ScriptedMailExchanger(Func<int, string, string?>? script = null, EndPoint? endPoint = null)
    {
        _script = script ?? ((_, _) => null);
        EndPoint bind = endPoint ?? new IPEndPoint(IPAddress.Loopback, 0);
        _listener = new Socket(bind.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(bind);
        _listener.Listen(128);
        _tasks.Add(AcceptAsync());
    }

    public ScriptedMailExchanger(Func<string, string?> script)
        : this((_, line) => script(line))
    {
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>What EHLO and LHLO are answered unless the script says otherwise.</summary>
    public string Offer { get; init; } = AllExtensions;

    /// <summary>Makes a stream in clear one of TLS: STARTTLS is answered 220 and carried out by it.</summary>
    public Func<Stream, CancellationToken, Task<Stream>>? Tls { get; init; }

    /// <summary>TLS comes before the greeting.</summary>
    public bool IsImplicitTls { get; init; }

    /// <summary>Says 354 and then reads no more.</summary>
    public bool StopsReadingContent { get; init; }

    /// <summary>Contents received in full, before their reply.</summary>
    public int ContentsReceived => Volatile.Read(ref _contents);

    /// <summary>Final dots that came together with the commands behind them.</summary>
    public int DotsWithMore => Volatile.Read(ref _dotsWithMore);

    public int Connections
    {
        get
        {
            lock (_lock)
            {
                return _connections;
            }
        }
    }

    /// <summary>Where each connection came from.</summary>
    public IReadOnlyList<IPEndPoint> Clients
    {
        get
        {
            lock (_lock)
            {
                return [.. _clients];
            }
        }
    }

    /// <summary>Every command line received, prefixed by the connection's number.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    public IReadOnlyList<ReceivedMail> Mails
    {
        get
        {
            lock (_lock)
            {
                return [.. _mails];
            }
        }
    }

    /// <summary>Completes when the condition holds; it is tried after every line and message.</summary>
    public Task WhenAsync(Func<ScriptedMailExchanger, bool> condition)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiters.Add((() => condition(this), source));
        }

        Notify();
        return source.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Closes every connection that is open, as a server does with idle ones.</summary>
    public void CutAll()
    {
        lock (_lock)
        {
            foreach (Socket socket in _sockets)
            {
                socket.Dispose();
            }

            _sockets.Clear();
        }
    }

    /// <summary>Stops listening and closes every connection; more than once does no harm.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync();
        _listener.Dispose();
        CutAll();
        Task[] tasks;
        lock (_lock)
        {
            tasks = [.. _tasks];
        }

        await Task.WhenAll(tasks);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync(_stop.Token);
                lock (_lock)
                {
                    _sockets.Add(socket);
                    if (socket.RemoteEndPoint is IPEndPoint client)
                    {
                        _clients.Add(client);
                    }

                    int number = ++_connections;
                    _tasks.Add(Task.Run(() => ServeAsync(socket, number)));
                }

                Notify();
            }
        }
        catch (Exception exception) when (exception
            is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // stopped
        }
    }

    private async Task ServeAsync(Socket socket, int number)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            var session = new Session(this, stream, number);
            await session.RunAsync(_stop.Token);
        }
        catch (Exception exception) when (exception
            is IOException or SocketException or ObjectDisposedException or OperationCanceledException
            or AuthenticationException)
        {
            // the client, or the test, went away
        }
    }

    private void Record(int connection, string line)
    {
        lock (_lock)
        {
            _lines.Add($"{connection}: {line}");
        }

        Notify();
    }

    private void Record(ReceivedMail mail)
    {
        lock (_lock)
        {
            _mails.Add(mail);
        }

        Notify();
    }

    private void Notify()
    {
        (Func<bool> Condition, TaskCompletionSource Source)[] waiters;
        lock (_lock)
        {
            waiters = [.. _waiters];
        }

        foreach ((Func<bool> condition, TaskCompletionSource source) in waiters)
        {
            if (condition())
            {
                source.TrySetResult();
            }
        }
    }

    private sealed class Session(ScriptedMailExchanger owner, Stream connection, int number)
    {
        private Stream _stream = connection;
        private readonly byte[] _buffer = new byte[16 * 1024];
        private readonly List<string> _recipients = [];
        private readonly ArrayBufferWriter<byte> _output = new();
        private readonly List<byte> _chunks = [];
        private int _at;
        private int _filled;
        private string _mail = string.Empty;
        private string _lastReply = string.Empty;
        private bool _mailAccepted;
        private bool _goesAhead;
        private bool _isLmtp;

        public async Task RunAsync(CancellationToken stop)
        {
            if (owner.IsImplicitTls)
            {
                _stream = await owner.Tls!(_stream, stop);
            }

            bool open = await ReplyAsync(Connected, "220 mx.test ESMTP", stop);
            while (open && await ReadLineAsync(stop) is { } line)
            {
                owner.Record(number, line);
                open = await HandleAsync(line, stop);
            }

            await FlushAsync(stop);
        }

        private async Task<bool> HandleAsync(string line, CancellationToken stop)
        {
            string verb = line.Split(' ', ':')[0].ToUpperInvariant();
            switch (verb)
            {
                case "EHLO" or "LHLO":
                    _isLmtp = verb == "LHLO";
                    return await ReplyAsync(line, owner.Offer, stop);

                case "MAIL":
                    _mail = line;
                    _recipients.Clear();
                    _chunks.Clear();
                    bool go = await ReplyAsync(line, "250 2.1.0 Sender ok", stop);
                    _mailAccepted = _lastReply.StartsWith('2');
                    return go;

                case "RCPT":
                    bool open = _mailAccepted
                        ? await ReplyAsync(line, "250 2.1.5 Recipient ok", stop)
                        : await SendAsync("503 5.5.1 Need MAIL", stop);
                    if (_lastReply.StartsWith('2'))
                    {
                        _recipients.Add(line);
                    }

                    return open;

                case "DATA":
                    bool isFutile = _isLmtp && _recipients.Count == 0; // RFC 2033 §4.2: no reply would follow the dot
                    return await ReplyAsync(line, isFutile ? "503 5.5.1 No recipients" : "354 Go ahead", stop)
                        && (!_goesAhead || await ReceiveDataAsync(stop));

                case "BDAT":
                    return await ReceiveChunkAsync(line, stop);

                case "RSET":
                    _recipients.Clear();
                    return await ReplyAsync(line, "250 2.0.0 Reset", stop);

                case "QUIT":
                    await ReplyAsync(line, "221 2.0.0 Bye", stop);
                    return false;

                case "STARTTLS" when owner.Tls is not null:
                    bool begins = await ReplyAsync(line, "220 2.0.0 Ready to start TLS", stop);
                    if (begins && _lastReply.StartsWith('2'))
                    {
                        _stream = await owner.Tls(_stream, stop);
                    }

                    return begins;

                default:
                    return await ReplyAsync(line, "250 2.0.0 Ok", stop);
            }
        }

        private async Task<bool> ReceiveDataAsync(CancellationToken stop)
        {
            using var content = new MemoryStream();
            if (owner.StopsReadingContent)
            {
                await FlushAsync(stop);
                await Task.Delay(Timeout.Infinite, stop);
            }

            while (true)
            {
                if (_at == _filled && !await FillAsync(stop))
                {
                    return false;
                }

                content.WriteByte(_buffer[_at++]);
                if (EndsData(content))
                {
                    break;
                }
            }

            if (_at < _filled)
            {
                Interlocked.Increment(ref owner._dotsWithMore);
            }

            byte[] wire = content.ToArray()[..((int)content.Length - 3)];
            return await FinishMailAsync(wire, stop);
        }

        private static bool EndsData(MemoryStream content)
        {
            ReadOnlySpan<byte> all = content.GetBuffer().AsSpan(0, (int)content.Length);
            return all.SequenceEqual(".\r\n"u8) || all.EndsWith("\r\n.\r\n"u8);
        }

        private async Task<bool> ReceiveChunkAsync(string line, CancellationToken stop)
        {
            if (owner._script(number, line) is { } refusal)
            {
                return await SendAsync(refusal, stop); // an unknown command: its octets are not read as content
            }

            string[] words = line.Split(' ');
            for (long left = long.Parse(words[1]); left > 0; left--)
            {
                if (_at == _filled && !await FillAsync(stop))
                {
                    return false;
                }

                _chunks.Add(_buffer[_at++]);
            }

            return words.Length > 2
                ? await FinishMailAsync([.. _chunks], stop)
                : await SendAsync("250 2.0.0 Chunk ok", stop);
        }

        private async Task<bool> FinishMailAsync(byte[] wire, CancellationToken stop)
        {
            var mail = new ReceivedMail(number, _mail, [.. _recipients], wire);
            Interlocked.Increment(ref owner._contents);
            owner.Notify();
            IEnumerable<string> steps = _isLmtp
                ? mail.Recipients.Select(static r => EndOfData + " " + r)
                : [EndOfData];
            string[] replies = [.. steps.Select(step => owner._script(number, step) ?? "250 2.0.0 Taken")];
            if (mail.Recipients.Count > 0 && replies.Any(static r => r.StartsWith('2')))
            {
                owner.Record(mail); // before the reply, so that whoever has the reply finds the message
            }

            bool open = true;
            for (int i = 0; open && i < replies.Length; i++)
            {
                open = await SendAsync(replies[i], stop);
            }

            return open;
        }

        private Task<bool> ReplyAsync(string step, string ordinary, CancellationToken stop) =>
            SendAsync(owner._script(number, step) ?? ordinary, stop);

        /// <summary>Replies are gathered while the client's pipelined commands last. False ends the session.</summary>
        private async Task<bool> SendAsync(string reply, CancellationToken stop)
        {
            _lastReply = reply[(reply.LastIndexOf('\n') + 1)..]; // what comes before is one too many
            _goesAhead = $"\n{reply}".Contains("\n354", StringComparison.Ordinal);
            if (reply == Hang)
            {
                await FlushAsync(stop);
                await Task.Delay(Timeout.Infinite, stop);
            }

            if (reply.EndsWith(Lost, StringComparison.Ordinal))
            {
                await FlushAsync(stop);
                return false;
            }

            bool last = reply.EndsWith(ThenCut, StringComparison.Ordinal);
            if (reply != Cut)
            {
                _output.Write(Encoding.Latin1.GetBytes((last ? reply[..^ThenCut.Length] : reply) + "\r\n"));
            }

            if (_at == _filled || last || reply == Cut)
            {
                await FlushAsync(stop);
            }

            return reply != Cut && !last;
        }

        private async Task FlushAsync(CancellationToken stop)
        {
            await _stream.WriteAsync(_output.WrittenMemory, stop);
            _output.Clear();
        }

        private async Task<string?> ReadLineAsync(CancellationToken stop)
        {
            var line = new StringBuilder();
            while (true)
            {
                if (_at == _filled && !await FillAsync(stop))
                {
                    return null;
                }

                line.Append((char)_buffer[_at++]);
                if (line.Length >= 2 && line[^1] == '\n' && line[^2] == '\r')
                {
                    return line.ToString(0, line.Length - 2);
                }
            }
        }

        private async Task<bool> FillAsync(CancellationToken stop)
        {
            await FlushAsync(stop);
            _filled = await _stream.ReadAsync(_buffer, stop);
            _at = 0;
            return _filled > 0;
        }
    }
}
