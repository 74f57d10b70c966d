using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Relay.Host.Admin;
using Relay.Host.Commands;
using Relay.Queue;

namespace Relay.Host.Tests.Admin;

/// <summary>The admin socket: a bounded line protocol that only the owner may speak.</summary>
public class AdminProtocolTests
{
    [Fact]
    public async Task The_socket_belongs_to_its_owner_alone_and_is_removed_at_the_end()
    {
        string path;
        await using (var fixture = new AdminFixture())
        {
            path = fixture.Socket;
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task List_shows_every_message_with_its_state_and_reason()
    {
        await using var fixture = new AdminFixture();
        QueueId first = await fixture.AddAsync("a@b.example", "c@d.example", "e@f.example");
        QueueId second = await fixture.AddAsync(string.Empty, "g@h.example");
        (IReadOnlyList<JsonElement> lines, string? error) = await fixture.AskAsync("list");

        Assert.Null(error);
        Assert.Equal([first.ToString(), second.ToString()], lines.Select(l => l.GetProperty("id").GetString()!));
        Assert.Equal("deferred", lines[0].GetProperty("state").GetString());
        Assert.Equal("a@b.example", lines[0].GetProperty("from").GetString());
        Assert.Equal("c@d.example", lines[0].GetProperty("to").GetString());
        Assert.Equal("450 try later", lines[0].GetProperty("reply").GetString());
        Assert.Equal(2, lines[0].GetProperty("unfinished").GetInt32());
        Assert.Equal(string.Empty, lines[1].GetProperty("from").GetString());
    }

    [Fact]
    public async Task Show_gives_the_message_and_each_recipient()
    {
        await using var fixture = new AdminFixture();
        QueueId id = await fixture.AddAsync("a@b.example", "c@d.example", "e@f.example");
        (IReadOnlyList<JsonElement> lines, string? error) = await fixture.AskAsync($"show {id}");

        Assert.Null(error);
        Assert.Equal(3, lines.Count);
        Assert.Equal("[192.0.2.9]", lines[0].GetProperty("client").GetString());
        Assert.Equal("e@f.example", lines[2].GetProperty("to").GetString());
        Assert.Equal("deferred", lines[2].GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_recipients_own_reverse_path_is_listed_and_shown()
    {
        await using var fixture = new AdminFixture();
        QueueId id = await fixture.AddAsync("a@b.example", "c@d.example owner@l.example", "e@f.example");

        JsonElement entry = (await fixture.AskAsync("list")).Lines[0];
        Assert.Equal("a@b.example", entry.GetProperty("from").GetString());
        Assert.Equal("owner@l.example", entry.GetProperty("ownFrom").GetString());
        using var text = new StringWriter();
        QueueText list = QueueText.ForList(text);
        list.Add(entry.GetRawText());
        Assert.Contains("<c@d.example> (from <owner@l.example>) and 1 more", text.ToString(), StringComparison.Ordinal);

        IReadOnlyList<JsonElement> lines = (await fixture.AskAsync($"show {id}")).Lines;
        Assert.Equal("owner@l.example", lines[1].GetProperty("ownFrom").GetString());
        Assert.False(lines[2].TryGetProperty("ownFrom", out _));
    }

    [Fact]
    public async Task Hold_release_and_delete_change_the_message()
    {
        await using var fixture = new AdminFixture();
        QueueId id = await fixture.AddAsync("a@b.example", "c@d.example");

        Assert.Null((await fixture.AskAsync($"hold {id}")).Error);
        Assert.Equal("held", (await fixture.AskAsync("list")).Lines[0].GetProperty("state").GetString());
        Assert.Equal(0, (await fixture.AskAsync("flush")).Lines[0].GetProperty("flushed").GetInt64());
        Assert.Null((await fixture.AskAsync($"release {id}")).Error);
        Assert.Equal([id], fixture.ReadyAgain);
        Assert.Null((await fixture.AskAsync($"delete {id}")).Error);
        Assert.Empty((await fixture.AskAsync("list")).Lines);
        Assert.Equal($"{id}: no such message in the queue", (await fixture.AskAsync($"delete {id}")).Error);
    }

    [Theory]
    [InlineData("flush", 3)]
    [InlineData("flush d.example", 1)]
    [InlineData("flush D.Example", 1)]
    [InlineData("flush example", 3)]
    [InlineData("flush smtp:[192.0.2.1]:25", 1)]
    [InlineData("flush nowhere.example", 0)]
    public async Task Flush_makes_the_wanted_messages_ready(string request, int expected)
    {
        await using var fixture = new AdminFixture();
        await fixture.AddAsync("a@b.example", "c@d.example");
        await fixture.AddAsync("a@b.example", "c@routed.example");
        await fixture.AddAsync("a@b.example", "c@x.example");

        (IReadOnlyList<JsonElement> lines, _) = await fixture.AskAsync(request);

        Assert.Equal(expected, lines[0].GetProperty("flushed").GetInt64());
        Assert.Equal(expected, fixture.ReadyAgain.Count);
        Assert.Contains(request == "flush" ? null : request["flush ".Length..], fixture.Unblocked);
    }

    [Fact]
    public async Task Summary_counts_the_queue_and_names_the_next_hops()
    {
        await using var fixture = new AdminFixture();
        await fixture.AddAsync("a@b.example", "c@d.example");
        await fixture.AskAsync("suspend smtp:[192.0.2.1]:25 - for now");
        (IReadOnlyList<JsonElement> lines, _) = await fixture.AskAsync("summary");

        Assert.Equal(1, lines[0].GetProperty("queued").GetInt64());
        Assert.Equal(1, lines[0].GetProperty("deferred").GetInt64());
        Assert.Equal("smtp:[192.0.2.1]:25", lines[1].GetProperty("destination").GetString());
        Assert.Equal(
            "suspended by an administrator: for now", lines[1].GetProperty("blocks").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("list all")]
    [InlineData("show")]
    [InlineData("delete a b")]
    [InlineData("LIST")]
    public async Task An_unknown_request_is_an_error(string request)
    {
        await using var fixture = new AdminFixture();
        Assert.Equal("unknown request", (await fixture.AskAsync(request)).Error);
    }

    [Theory]
    [InlineData("show 1")]
    [InlineData("show ../../etc/passwd")]
    [InlineData("hold 00000000000000")]
    public async Task A_wrong_id_is_an_error(string request)
    {
        await using var fixture = new AdminFixture();
        Assert.EndsWith(
            "no such message in the queue", (await fixture.AskAsync(request)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_beyond_the_limit_ends_the_connection()
    {
        await using var fixture = new AdminFixture();
        Assert.Equal(
            "the request is too long", (await fixture.AskAsync(new string('x', AdminServer.RequestLengthMax))).Error);
        Assert.Null((await fixture.AskAsync("list")).Error);
    }

    [Fact]
    public async Task Requests_on_one_connection_are_answered_in_order()
    {
        await using var fixture = new AdminFixture();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(fixture.Socket));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync("list\r\nnonsense\nsummary\n"u8.ToArray());
        socket.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        string[] lines = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(["ok", "error unknown request"], lines[..2]);
        Assert.Equal("ok", lines[^1]);
    }

    [Fact]
    public async Task A_long_list_is_streamed_whole()
    {
        await using var fixture = new AdminFixture();
        for (int i = 0; i < 3000; i++)
        {
            await fixture.AddAsync("a@b.example", "c@d.example");
        }

        (IReadOnlyList<JsonElement> lines, string? error) = await fixture.AskAsync("list");
        Assert.Null(error);
        Assert.Equal(3000, lines.Count);
    }

    [Fact]
    public async Task A_running_relays_socket_is_kept_and_a_dead_ones_replaced()
    {
        await using var fixture = new AdminFixture();
        Assert.Throws<IOException>(() => AdminServer.Start(fixture.Socket, fixture.Commands, TimeProvider.System));
        Assert.Null((await fixture.AskAsync("list")).Error);

        string stale = fixture.Socket + "2";
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(stale));
            dead.Listen();
            File.Move(stale, stale + ".kept"); // closing would remove it by its name
        }

        File.Move(stale + ".kept", stale);
        await using AdminServer server = AdminServer.Start(stale, fixture.Commands, TimeProvider.System);
        using AdminClient client = await AdminClient.ConnectAsync(stale, CancellationToken.None);
        Assert.Null(await client.AskAsync("list", _ => { }, CancellationToken.None));
    }

    [Fact]
    public async Task A_file_that_is_no_socket_is_never_removed()
    {
        await using var fixture = new AdminFixture();
        string path = fixture.Socket + ".txt";
        await File.WriteAllTextAsync(path, "precious");
        Assert.Throws<IOException>(() => AdminServer.Start(path, fixture.Commands, TimeProvider.System));
        await File.WriteAllTextAsync(path, string.Empty);
        Assert.Throws<IOException>(() => AdminServer.Start(path, fixture.Commands, TimeProvider.System));
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task Without_a_relay_the_client_says_so()
    {
        IOException exception = await Assert.ThrowsAsync<IOException>(
            () => AdminClient.ConnectAsync("/nonexistent/admin.sock", CancellationToken.None));
        Assert.Equal("/nonexistent/admin.sock: no such socket", exception.Message);
    }
}
