using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Relay.Server.Tests.Authentication;

/// <summary>Dovecot's side of its protocol, one connection at a time: what it hears can be awaited.</summary>
internal sealed class ScriptedDovecot : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("relay-auth-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Channel<string> _heard = Channel.CreateUnbounded<string>();
    private volatile Socket? _connection;

    /// <param name="answer">The answer to each line heard; null for none.</param>
    public ScriptedDovecot(Func<string, string?> answer, string greeting = "VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nMECH\tSCRAM-SHA-256\nMECH\tNTLM\nSPID\t1\nCUID\t1\nCOOKIE\tab\nDONE\n")
    {
        Path = System.IO.Path.Combine(_folder, "auth");
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen();
        _ = ServeAsync(answer, greeting);
    }

    public string Path { get; }

    public ValueTask<string> HearAsync() => _heard.Reader.ReadAsync();

    /// <summary>Closes the present connection; the next one is taken.</summary>
    public void Drop() => _connection?.Dispose();

    public void Dispose()
    {
        _listener.Dispose();
        _connection?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ServeAsync(Func<string, string?> answer, string greeting)
    {
        try
        {
            while (true)
            {
                using Socket connection = await _listener.AcceptAsync();
                _connection = connection;
                await TalkAsync(connection, answer, greeting);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // over
        }
    }

    private async Task TalkAsync(Socket connection, Func<string, string?> answer, string greeting)
    {
        try
        {
            await connection.SendAsync(Encoding.UTF8.GetBytes(greeting));
            using var reader = new StreamReader(new NetworkStream(connection), Encoding.UTF8);
            while (await reader.ReadLineAsync() is { } line)
            {
                await _heard.Writer.WriteAsync(line);
                if (answer(line) is { } said)
                {
                    await connection.SendAsync(Encoding.UTF8.GetBytes(said));
                }
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // dropped
        }
    }
}
