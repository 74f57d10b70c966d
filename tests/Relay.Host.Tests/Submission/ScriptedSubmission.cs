using System.Net.Sockets;
using System.Text;

namespace Relay.Host.Tests.Submission;

/// <summary>
/// A submission socket that answers as it is told: the script gets each command, and <c>.</c> for the end of content,
/// and returns a reply, or null for the usual one.
/// </summary>
internal sealed class ScriptedSubmission : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Func<string, string?> _script;
    private readonly Task _serving;

    /// <param name="path">Where.</param>
    /// <param name="script">Called one at a time.</param>
    public ScriptedSubmission(string path, Func<string, string?> script)
    {
        _script = script;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _serving = ServeAsync();
    }

    /// <summary>The recipients of each transaction whose content was taken, in their order.</summary>
    public List<string[]> Taken { get; } = [];

    /// <summary>The content that was taken with them.</summary>
    public List<string> Contents { get; } = [];

    public List<string> Commands { get; } = [];

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using Socket socket = await _listener.AcceptAsync();
                await TalkAsync(socket);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // the end
        }
    }

    private async Task TalkAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        await SayAsync(stream, "220 relay.example ESMTP");
        List<string> recipients = [];
        try
        {
            while (await reader.ReadLineAsync() is { } command)
            {
                Commands.Add(command);
                string reply = _script(command) ?? Usual(command);
                if (reply.Length == 0)
                {
                    return; // goes away
                }

                if (command.StartsWith("MAIL", StringComparison.Ordinal))
                {
                    recipients = [];
                }
                else if (command.StartsWith("RCPT", StringComparison.Ordinal) && reply.StartsWith('2'))
                {
                    recipients.Add(command["RCPT TO:<".Length..].TrimEnd('>'));
                }

                await SayAsync(stream, reply);
                if (reply.StartsWith("354", StringComparison.Ordinal))
                {
                    string content = await ReadContentAsync(reader);
                    reply = _script(".") ?? Usual(".");
                    if (reply.StartsWith('2'))
                    {
                        Taken.Add([.. recipients]);
                        Contents.Add(content);
                    }

                    await SayAsync(stream, reply);
                }
            }
        }
        catch (IOException)
        {
            // it went away
        }
    }

    private static async Task<string> ReadContentAsync(StreamReader reader)
    {
        var content = new StringBuilder();
        while (await reader.ReadLineAsync() is { } line && line != ".")
        {
            content.Append(line).Append('\n');
        }

        return content.ToString();
    }

    private static string Usual(string command) => command switch
    {
        "DATA" => "354 go on",
        "." => "250 2.0.0 ID00000000001 Message accepted for delivery",
        ['E', 'H', 'L', 'O', ..] => "250 relay.example",
        _ => "250 2.0.0 OK",
    };

    private static ValueTask SayAsync(NetworkStream stream, string reply) =>
        stream.WriteAsync(Encoding.UTF8.GetBytes($"{reply}\r\n"));
}
