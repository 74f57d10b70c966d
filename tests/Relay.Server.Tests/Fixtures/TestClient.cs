using System.Buffers;
using System.Text;
using Relay.Server.Policies;

namespace Relay.Server.Tests.Fixtures;

/// <summary>The client's side of an in-memory session.</summary>
internal sealed class TestClient
{
    private readonly InMemoryConnection _connection;

    public TestClient(
        SmtpServerContext server,
        InMemoryConnection connection,
        ListenerModifiers modifiers = ListenerModifiers.None,
        bool expectsProxy = false,
        int delayLoad = 0)
    {
        _connection = connection;
        Session = new SmtpConnectionHandler(server, "MTA")
        {
            Modifiers = modifiers,
            ExpectsProxy = expectsProxy,
            DelayLoad = delayLoad,
        }.OnConnectedAsync(connection);
    }

    /// <summary>Completes with the session.</summary>
    public Task Session { get; }

    public InMemoryConnection Connection => _connection;

    /// <summary>The server has closed its side.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Sends octets, one character each, at once; returns what the server answers to them.</summary>
    public string Say(string text)
    {
        Send(Encoding.Latin1.GetBytes(text));
        return Hear();
    }

    /// <summary>Sends octets in one write.</summary>
    public void Send(ReadOnlySpan<byte> octets)
    {
        _connection.ClientOutput.Write(octets);
        ValueTask<System.IO.Pipelines.FlushResult> flush = _connection.ClientOutput.FlushAsync();
        if (flush.IsCompleted)
        {
            _ = flush.Result;
        }
    }

    /// <summary>What the server has said since the last time.</summary>
    public string Hear()
    {
        string replies = Encoding.Latin1.GetString(_connection.TakeReplies(out bool closed));
        IsClosed |= closed;
        return replies;
    }

    /// <summary>Closes the client's side.</summary>
    public void Close() => _connection.ClientOutput.Complete();
}
