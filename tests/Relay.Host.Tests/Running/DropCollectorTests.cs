using Relay.Host.Running;
using Relay.Host.Submission;
using Relay.Host.Tables;
using Relay.Host.Tests.Submission;
using Relay.Logging;
using Relay.Testing;

namespace Relay.Host.Tests.Running;

/// <summary>The drop folder's files and a submission socket that answers as it is told.</summary>
public sealed class DropCollectorTests : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("relay-drop-");
    private readonly ManualTimeProvider _time = new();
    private ScriptedSubmission? _relay;

    private ScriptedSubmission Relay => _relay!;

    private string Folder => Path.Combine(_directory.FullName, "drop");

    public async ValueTask DisposeAsync()
    {
        await Relay.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task More_recipients_than_one_transaction_takes_go_in_further_ones()
    {
        Answer(AtMost(2));
        Leave("a@x.example", "b@x.example", "c@x.example", "d@x.example", "e@x.example");

        await WalkAsync();

        Assert.Equal(["a@x.example b@x.example", "c@x.example d@x.example", "e@x.example"], Taken);
        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public async Task Who_got_the_message_does_not_get_it_again_while_another_waits()
    {
        bool isFull = true;
        Answer(command => isFull && command == "RCPT TO:<b@x.example>" ? "452 4.2.2 Full" : null);
        string path = Leave("a@x.example", "b@x.example");

        await WalkAsync();
        Assert.Equal(["a@x.example"], Taken);
        Assert.Equal([path], Directory.GetFiles(Folder));
        Assert.Equal(["b@x.example"], ReadOwn(path).Recipients);

        await WalkAsync(now: 60_000); // another collector, as after a crash
        isFull = false;
        await WalkAsync(now: 120_000);
        Assert.Equal(["a@x.example", "b@x.example"], Taken);
        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public async Task A_file_that_waits_is_tried_once_a_minute()
    {
        Answer(static command => command.StartsWith("MAIL", StringComparison.Ordinal) ? "451 4.3.0 Later" : null);
        Leave("a@x.example");

        await using DropCollector collector = Collector();
        foreach (long now in (long[])[1_000, 2_000, 60_000, 61_000, 62_000])
        {
            collector.OnHeartbeat(now);
            await collector.Idle;
        }

        Assert.Equal(2, Relay.Commands.Count(static c => c.StartsWith("MAIL", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_relays_own_record_keeps_the_users_name_and_a_user_cannot_claim_one()
    {
        Answer(static _ => null);
        var daemon = new UserAccount(1, UserAccount.Find(1).Name, string.Empty);
        SubmittedMessage message = Message("a@x.example") with { User = daemon };
        DropFolder.Replace(Path.Combine(Folder, "msg.1"), message);
        await WalkAsync();
        Assert.Contains(Relay.Commands, c => c.StartsWith($"MAIL FROM:<{daemon.Name}@", StringComparison.Ordinal));

        using var claim = new MemoryStream();
        DropFile.Write(claim, message with { Refused = [("b@x.example", "550 no")] }, namesUser: true);
        SubmittedMessage read = DropFile.Read(claim.ToArray(), new UserAccount(7, "other", string.Empty));
        Assert.Equal("other", read.User.Name);
        Assert.Empty(read.Refused);
    }

    [Fact]
    public async Task What_is_deferred_for_longer_than_the_lifetime_returns_to_the_sender()
    {
        Answer(static command => command == "RCPT TO:<b@x.example>" ? "452 4.2.2 Full" : null);
        Leave("a@x.example", "b@x.example");
        await WalkAsync();
        _time.Advance(TimeSpan.FromDays(5) + TimeSpan.FromSeconds(1));

        await WalkAsync(now: 60_000);

        Assert.Equal(["a@x.example", $"{UserAccount.Current.Name}@relay.example"], Taken);
        Assert.Contains(
            "<b@x.example>\n    (reason: 554 5.4.7 Message timed out; the last reply was: 452 4.2.2 Full)",
            Relay.Contents[1], StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public async Task A_date_in_the_future_does_not_lengthen_a_files_life()
    {
        Answer(static command => command == "RCPT TO:<b@x.example>" ? "452 4.2.2 Full" : null);
        string path = Leave(Message("b@x.example") with { Date = _time.GetUtcNow().AddYears(10) });

        await WalkAsync();

        Assert.Equal(_time.GetUtcNow(), ReadOwn(path).Date);
    }

    [Fact]
    public async Task A_refusal_of_the_content_concerns_all_whom_the_relay_had_accepted()
    {
        int contents = 0;
        Answer(command => command switch
        {
            "RCPT TO:<b@x.example>" => "550 5.1.1 User unknown",
            "." when ++contents == 1 => "552 5.2.3 Not with this content",
            _ => null,
        });
        Leave("a@x.example", "b@x.example", "c@x.example");

        await WalkAsync();

        string notice = Assert.Single(Relay.Contents);
        Assert.Contains("<b@x.example>\n    (reason: 550 5.1.1 User unknown)", notice, StringComparison.Ordinal);
        Assert.Contains("<a@x.example>\n    (reason: 552 5.2.3 Not", notice, StringComparison.Ordinal);
        Assert.Contains("<c@x.example>\n    (reason: 552 5.2.3 Not", notice, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public async Task A_return_that_must_wait_does_not_repeat_the_message()
    {
        bool isFull = true;
        Answer(command => command switch
        {
            "RCPT TO:<b@x.example>" => "550 5.1.1 User unknown",
            ['M', 'A', 'I', 'L', .. var rest] when isFull && rest.Contains("<>", StringComparison.Ordinal) =>
                "452 4.3.1 Later",
            _ => null,
        });
        Leave("a@x.example", "b@x.example");
        await WalkAsync();
        Assert.Equal(["a@x.example"], Taken);

        isFull = false;
        await WalkAsync(now: 60_000);

        Assert.Equal(["a@x.example", $"{UserAccount.Current.Name}@relay.example"], Taken);
        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public async Task A_connection_that_breaks_later_defers_only_whom_the_relay_did_not_take()
    {
        int mails = 0;
        Func<string, string?> most = AtMost(2);
        Answer(command => command.StartsWith("MAIL", StringComparison.Ordinal) && ++mails == 2
            ? string.Empty
            : most(command));
        string path = Leave("a@x.example", "b@x.example", "c@x.example");

        await WalkAsync();
        Assert.Equal(["a@x.example b@x.example"], Taken);
        Assert.Equal(["c@x.example"], ReadOwn(path).Recipients);

        await WalkAsync(now: 60_000);
        Assert.Equal(["a@x.example b@x.example", "c@x.example"], Taken);
    }

    /// <summary>It cannot be deleted: there is a folder in its place.</summary>
    [Fact]
    public async Task A_file_that_fails_does_not_keep_those_behind_it()
    {
        string first = Path.Combine(Folder, "msg.0");
        Answer(command =>
        {
            if (command == "." && File.Exists(first))
            {
                File.Delete(first);
                Directory.CreateDirectory(first);
            }

            return null;
        });
        File.Move(Leave("a@x.example"), first);
        Leave("b@x.example");

        await WalkAsync();

        Assert.Equal(["a@x.example", "b@x.example"], Taken);
        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public async Task A_link_under_the_name_for_what_nobody_takes_is_replaced_and_not_followed()
    {
        Answer(static command => command.StartsWith("RCPT", StringComparison.Ordinal) ? "550 5.7.1 No" : null);
        string path = Leave("a@x.example", "b@x.example");
        string dead = Path.Combine(Folder, $"dead.{Path.GetFileName(path)}");
        string other = Path.Combine(_directory.FullName, "other");
        await File.WriteAllTextAsync(other, "precious", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(dead, other);

        await WalkAsync();

        Assert.Equal("precious", await File.ReadAllTextAsync(other, TestContext.Current.CancellationToken));
        Assert.Equal([dead], Directory.GetFiles(Folder));
        Assert.Null(new FileInfo(dead).LinkTarget);
        Assert.Equal(["a@x.example", "b@x.example"], ReadOwn(dead).Recipients);
    }

    private IEnumerable<string> Taken => Relay.Taken.Select(static r => string.Join(' ', r));

    private static SubmittedMessage ReadOwn(string path) =>
        DropFile.Read(File.ReadAllBytes(path), UserAccount.Current, mayNameUser: true);

    /// <summary>Further recipients of a transaction get 452 4.5.3.</summary>
    private static Func<string, string?> AtMost(int recipients)
    {
        int count = 0;
        return command =>
        {
            count = command.StartsWith("RCPT", StringComparison.Ordinal) ? count + 1 : 0;
            return count > recipients ? "452 4.5.3 Too many recipients" : null;
        };
    }

    private void Answer(Func<string, string?> script)
    {
        DropFolder.Prepare(Folder);
        _relay = new ScriptedSubmission(Path.Combine(_directory.FullName, "submission.sock"), script);
    }

    private SubmittedMessage Message(params string[] recipients) => new()
    {
        User = UserAccount.Current,
        Date = _time.GetUtcNow(),
        Content = "Subject: x\n\nx\n"u8.ToArray(),
        Recipients = recipients,
    };

    private string Leave(params string[] recipients) => Leave(Message(recipients));

    private string Leave(SubmittedMessage message)
    {
        HashSet<string> before = [.. Directory.GetFiles(Folder)];
        DropFolder.Leave(Folder, message);
        return Directory.GetFiles(Folder).Single(path => !before.Contains(path));
    }

    private DropCollector Collector() => new(
        Folder,
        Path.Combine(_directory.FullName, "submission.sock"),
        "relay.example",
        sizeMax: 1 << 20,
        static () => TimeSpan.FromDays(5),
        new LocalUsers(static () => [], _time),
        NullMailLog.Instance,
        _time);

    private async Task WalkAsync(long now = 0)
    {
        await using DropCollector collector = Collector();
        collector.OnHeartbeat(now);
        await collector.Idle;
    }
}
