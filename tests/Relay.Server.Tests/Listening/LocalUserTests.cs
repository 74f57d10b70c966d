using System.Net.Sockets;
using System.Threading.Channels;
using Relay.Queue;
using Relay.Server.Policies;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Listening;

/// <summary>A Unix-domain socket whose clients are users of this machine.</summary>
public sealed class LocalUserTests : IDisposable
{
    private const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("relay-local-");

    private string Path => System.IO.Path.Combine(_directory.FullName, "run", "submission.sock");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task The_socket_is_open_to_all_and_its_folder_is_made()
    {
        await using LiveServer live = await StartAsync(trusted: true);
        Assert.Equal(ForAll, File.GetUnixFileMode(Path));
    }

    [Fact]
    public async Task The_kernel_says_which_user_and_process_connects()
    {
        await using LiveServer live = await StartAsync(trusted: true);
        using var client = new SocketClient(live.EndPoint);
        client.ReadReply();
        Assert.Equal(Environment.ProcessId, live.Policy.Client!.LocalProcessId);
        Assert.Equal(Environment.UserName == "root", live.Policy.Client.LocalUserId == 0);
    }

    [Theory]
    [InlineData(false, "boss@x.example", true)]
    [InlineData(true, "boss@x.example", false)]
    [InlineData(false, "ann@mx.test", false)]
    [InlineData(false, "ann", false)]
    [InlineData(false, "annie@mx.test", true)]
    [InlineData(false, "ann@mx.test.evil.example", true)]
    [InlineData(false, "", true)]
    public async Task An_untrusted_user_with_anothers_name_is_warned_of(bool trusted, string sender, bool warned)
    {
        await using LiveServer live = await StartAsync(trusted);
        using var client = new SocketClient(live.EndPoint);
        Submit(client, sender);
        RecordedMessage message = Assert.Single(live.Queue.Messages);
        string warning = $"X-Authentication-Warning: mx.test: ann set sender to <{sender}> using -f\r\n";
        Assert.Equal(warned, message.Prologue.Contains(warning, StringComparison.Ordinal));
        Assert.Contains("ann@localhost", message.Prologue, StringComparison.Ordinal);
    }

    /// <summary>Sendmail: "owned process doing -bs", "Processed by … with -C …".</summary>
    [Theory]
    [InlineData("-bs", false, "ann owned process doing -bs")]
    [InlineData("-C /home/ann/relay.json", false, "Processed by ann with -C /home/ann/relay.json")]
    [InlineData("-C /home/ann/relay.json", true, null)]
    [InlineData("-bs", true, null)]
    [InlineData("-C caf\u00E9", false, null)]
    [InlineData("keep alive", false, null)]
    [InlineData("", false, null)]
    public async Task What_an_untrusted_users_program_says_of_itself_is_warned_of(
        string said, bool trusted, string? warning)
    {
        await using LiveServer live = await StartAsync(trusted);
        using var client = new SocketClient(live.EndPoint);
        client.ReadReply();
        client.Say("EHLO x\r\n");
        Assert.Equal("250 2.0.0 OK\r\n", client.Say($"NOOP {said}\r\n"));
        Assert.StartsWith("250 2.0.0 ", SubmitFrom(client, "ann"), StringComparison.Ordinal);
        RecordedMessage message = Assert.Single(live.Queue.Messages);
        Assert.Equal(
            warning is not null,
            message.Prologue.Contains("X-Authentication-Warning: ", StringComparison.Ordinal));
        Assert.Contains(
            warning is null ? string.Empty : $"X-Authentication-Warning: mx.test: {warning}\r\n",
            message.Prologue, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_of_the_network_says_nothing_by_noop()
    {
        await using LiveServer live = await LiveServer.StartAsync(
            new SmtpServerOptions { HostName = "mx.test", Listeners = [LiveServer.Loopback()] });
        using var client = new SocketClient(live.EndPoint);
        client.ReadReply();
        client.Say("EHLO x\r\n");
        client.Say("NOOP -bs\r\n");
        Assert.StartsWith("250 2.0.0 ", SubmitFrom(client, "a@b.example"), StringComparison.Ordinal);
        Assert.DoesNotContain(
            "X-Authentication-Warning", Assert.Single(live.Queue.Messages).Prologue, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_whole_session_may_be_fed_at_once()
    {
        await using LiveServer live = await StartAsync(trusted: true);
        using var client = new SocketClient(live.EndPoint);
        client.Send(
            "EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"
            + "Subject: x\r\n\r\nx\r\n.\r\nQUIT\r\n");
        string[] codes = [.. Enumerable.Range(0, 7).Select(_ => client.ReadReply()[..3])];
        Assert.Equal(["220", "250", "250", "250", "354", "250", "221"], codes);
        Assert.Single(live.Queue.Messages);
    }

    [Theory]
    [InlineData(PrivacyFlags.NoVerb, false, true)]
    [InlineData(PrivacyFlags.RestrictExpand, true, true)]
    [InlineData(PrivacyFlags.RestrictExpand, false, false)]
    public async Task Verb_shows_the_delivery_before_the_reply_unless_restrictexpand_forbids(
        PrivacyFlags privacy, bool trusted, bool shown)
    {
        var watcher = new ScriptedWatcher("a@b.example... Connecting", ">>> EHLO mx.test");
        await using LiveServer live = await StartAsync(trusted, privacy, watcher);
        using var client = new SocketClient(live.EndPoint);
        client.ReadReply();
        client.Say("EHLO x\r\n");
        client.Say("VERB\r\n");
        string reply = SubmitFrom(client, "a@b.example");
        if (!shown)
        {
            Assert.StartsWith("250 2.0.0 ", reply, StringComparison.Ordinal);
            return;
        }

        Assert.Equal("050 a@b.example... Connecting\r\n", reply);
        Assert.Equal("050 >>> EHLO mx.test\r\n", client.ReadReply());
        Assert.StartsWith("250 2.0.0 ", client.ReadReply(), StringComparison.Ordinal);
        Assert.True(watcher.IsDisposed);
        Assert.Equal("250 2.0.0 Reset state\r\n", client.Say("RSET\r\n"));
    }

    [Fact]
    public async Task Verb_over_the_network_shows_nothing()
    {
        var watcher = new ScriptedWatcher("never");
        await using LiveServer live = await LiveServer.StartAsync(
            new SmtpServerOptions { HostName = "mx.test", Listeners = [LiveServer.Loopback()], Privacy = 0 },
            watcher: watcher);
        using var client = new SocketClient(live.EndPoint);
        client.ReadReply();
        client.Say("EHLO x\r\n");
        Assert.StartsWith("250", client.Say("VERB\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("250 2.0.0 ", SubmitFrom(client, "a@b.example"), StringComparison.Ordinal);
        Assert.False(watcher.IsAsked);
    }

    private async Task<LiveServer> StartAsync(
        bool trusted, PrivacyFlags privacy = PrivacyFlags.AuthWarnings, IDeliveryWatcher? watcher = null)
    {
        LiveServer live = await LiveServer.StartAsync(
            new SmtpServerOptions
            {
                HostName = "mx.test",
                Privacy = privacy,
                Listeners =
                [
                    new SmtpListenerOptions
                    {
                        Name = "MSP",
                        EndPoint = new UnixDomainSocketEndPoint(Path),
                        Modifiers = ListenerModifiers.AllowUnqualified,
                        IdentifiesUsers = true,
                        SocketMode = ForAll,
                    },
                ],
            },
            watcher: watcher);
        live.Policy.Identify = client => client.LocalUser = new LocalUser(1000, "ann", trusted);
        return live;
    }

    private static void Submit(SocketClient client, string sender)
    {
        client.ReadReply();
        client.Say("EHLO x\r\n");
        Assert.StartsWith("250 2.0.0 ", SubmitFrom(client, sender), StringComparison.Ordinal);
    }

    private static string SubmitFrom(SocketClient client, string sender)
    {
        Assert.StartsWith("250", client.Say($"MAIL FROM:<{sender}>\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("250", client.Say("RCPT TO:<c@d.example>\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("354", client.Say("DATA\r\n"), StringComparison.Ordinal);
        return client.Say("Subject: x\r\n\r\nx\r\n.\r\n");
    }

    /// <summary>Every delivery is the same.</summary>
    private sealed class ScriptedWatcher(params string[] lines) : IDeliveryWatcher, IDeliveryWatch
    {
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

        public bool IsAsked { get; private set; }

        public bool IsDisposed { get; private set; }

        public IDeliveryWatch? TryBegin(QueueId id)
        {
            IsAsked = true;
            Array.ForEach(lines, line => _lines.Writer.TryWrite(line));
            _lines.Writer.Complete();
            return this;
        }

        public async ValueTask<string?> NextAsync() =>
            await _lines.Reader.WaitToReadAsync() && _lines.Reader.TryRead(out string? line) ? line : null;

        public void Dispose() => IsDisposed = true;
    }
}
