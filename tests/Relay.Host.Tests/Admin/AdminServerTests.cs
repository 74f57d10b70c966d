using System.Net.Sockets;
using System.Threading.Channels;
using Relay.Host.Admin;
using Relay.Testing;

namespace Relay.Host.Tests.Admin;

/// <summary>A socket that everybody may open, and users who do not mean well.</summary>
public sealed class AdminServerTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("relay-mailq-");
    private readonly ManualTimeProvider _time = new();

    private string SocketPath => Path.Combine(_directory.FullName, "mailq.sock");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_client_that_takes_no_answer_is_given_up_after_the_write_time()
    {
        var commands = new EndlessAnswer();
        await using AdminServer server = AdminServer.Start(SocketPath, commands, _time, isForAll: true);
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), TestContext.Current.CancellationToken);
        await client.SendAsync("mailq\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await commands.Blocked.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        _time.Advance(AdminResponse.WriteTime - TimeSpan.FromSeconds(1));
        Assert.False(commands.Ended.Task.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        await commands.Ended.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task One_user_cannot_take_all_connections_of_the_socket_for_everybody()
    {
        await using AdminServer server = AdminServer.Start(SocketPath, new QuickAnswer(), _time, isForAll: true);
        var clients = new List<AdminClient>();
        for (int i = 0; i < AdminServer.ConnectionsPerUserMax; i++)
        {
            clients.Add(await AdminClient.ConnectAsync(SocketPath, TestContext.Current.CancellationToken));
            Assert.Null(await AskAsync(clients[i]));
        }

        using AdminClient another = await AdminClient.ConnectAsync(
            SocketPath, TestContext.Current.CancellationToken);

        Assert.Equal("too many connections of one user", await AskAsync(another));
        Assert.Null(await AskAsync(clients[0])); // the others go on
        clients.ForEach(static c => c.Dispose());
    }

    [Fact]
    public async Task Where_nothing_can_be_accepted_the_server_tries_once_a_second()
    {
        var time = new TimersOnly();
        int tries = 0;
        await using AdminServer server = AdminServer.Start(
            SocketPath, new QuickAnswer(), time, isForAll: true, accept: _ =>
            {
                tries++;
                return ValueTask.FromException<Socket>(new SocketException((int)SocketError.TooManyOpenSockets));
            });

        for (int i = 1; i < 4; i++)
        {
            (Action fire, TimeSpan wait) = await time.NextAsync();
            Assert.Equal((i, TimeSpan.FromSeconds(1)), (tries, wait));
            fire();
        }
    }

    private static Task<string?> AskAsync(AdminClient client) =>
        client.AskAsync("mailq", static _ => { }, TestContext.Current.CancellationToken);

    private sealed class QuickAnswer : IAdminCommands
    {
        public ValueTask<string?> RunAsync(
            string request, uint? user, AdminResponse response, CancellationToken cancellation) => new((string?)null);
    }

    /// <summary>Says so when the client's socket takes no more, and when the server has given up.</summary>
    private sealed class EndlessAnswer : IAdminCommands
    {
        public TaskCompletionSource Blocked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask<string?> RunAsync(
            string request, uint? user, AdminResponse response, CancellationToken cancellation)
        {
            try
            {
                while (true)
                {
                    response.Json.WriteStartObject();
                    response.Json.WriteString("id", new string('x', 8192));
                    response.Json.WriteEndObject();
                    ValueTask sending = response.EndLineAsync(cancellation);
                    if (!sending.IsCompleted)
                    {
                        Blocked.TrySetResult();
                    }

                    await sending;
                }
            }
            finally
            {
                Ended.TrySetResult();
            }
        }
    }

    /// <summary>Hands out the timers that are made, to be fired by the test.</summary>
    private sealed class TimersOnly : TimeProvider
    {
        private readonly Channel<(Action Fire, TimeSpan Wait)> _made =
            Channel.CreateUnbounded<(Action Fire, TimeSpan Wait)>();

        public Task<(Action Fire, TimeSpan Wait)> NextAsync() =>
            _made.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _made.Writer.TryWrite((() => callback(state), dueTime));
            return new NoTimer();
        }

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
