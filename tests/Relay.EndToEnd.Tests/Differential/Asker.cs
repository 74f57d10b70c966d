using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Relay.EndToEnd.Tests.Differential;

/// <summary>Asks a server questions, each in a session of its own that ends before DATA: no mail ever goes.</summary>
/// <param name="v4">Where it listens for clients in 127.0.0.0/8.</param>
/// <param name="v6">Where it listens for the client ::1.</param>
internal sealed class Asker(IPEndPoint v4, IPEndPoint v6)
{
    private const int SessionsAtOnce = 12;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>The answers in the order of the questions.</summary>
    public async Task<List<KeyValuePair<Question, Answer>>> AskAsync(IReadOnlyList<Question> questions)
    {
        var answers = new ConcurrentDictionary<Question, Answer>();
        await Parallel.ForEachAsync(
            questions,
            new ParallelOptions { MaxDegreeOfParallelism = SessionsAtOnce },
            async (question, _) => answers[question] = await AskAsync(question));
        return [.. questions.Select(question => KeyValuePair.Create(question, answers[question]))];
    }

    public async Task<Answer> AskAsync(Question question)
    {
        IPAddress client = IPAddress.Parse(question.Client);
        IPEndPoint server = client.AddressFamily == AddressFamily.InterNetwork ? v4 : v6;
        using var socket = new Socket(client.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(client, 0));
        using var deadline = new CancellationTokenSource(Deadline);
        await socket.ConnectAsync(server, deadline.Token);
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream, Encoding.Latin1);

        string banner = await ReplyAsync(reader, deadline.Token);
        if (banner[0] != '2')
        {
            return new Answer(banner, null);
        }

        await CommandAsync($"EHLO {question.Helo}");
        string mail = await CommandAsync($"MAIL FROM:{question.Mail}");
        string? rcpt = mail[0] == '2' ? await CommandAsync($"RCPT TO:{question.Rcpt}") : null;
        await CommandAsync("QUIT");
        return new Answer(mail, rcpt);

        async Task<string> CommandAsync(string command)
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(command + "\r\n"), deadline.Token);
            return await ReplyAsync(reader, deadline.Token);
        }
    }

    /// <summary>The last line of a reply.</summary>
    private static async Task<string> ReplyAsync(StreamReader reader, CancellationToken cancellation)
    {
        while (true)
        {
            string line = await reader.ReadLineAsync(cancellation) ?? "(closed)";
            if (line.Length < 4 || line[3] != '-')
            {
                return line;
            }
        }
    }
}
