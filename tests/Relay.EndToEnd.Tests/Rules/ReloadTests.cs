using Relay.EndToEnd.Tests.Seeds;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>Changed tables, wrong ones and unsafe ones while mail flows (Sendmail: op.me, DontBlameSendmail).</summary>
public sealed class ReloadTests : IAsyncDisposable
{
    private const string Stranger = "198.51.100.1";
    private const string Sender = "someone@sender.example";

    private readonly SeedWorld _world = new();

    [Theory]
    [InlineData("access", "To:new.example RELAY\n", "a@new.example", "250")]
    [InlineData("relay-domains", "new.example\n", "a@new.example", "250")]
    [InlineData("local-host-names", "new.example\n", "known@new.example", "250")]
    [InlineData("virtusertable", "x@relay.example error:nouser 550 changed\n", "x@relay.example", "550 5.0.0")]
    [InlineData("domaintable", "new.example relay.example\n", "known@new.example", "250")]
    [InlineData("aliases", "known: a@far.example\nx: a@far.example\n", "x@relay.example", "250")]
    public async Task A_changed_file_counts_by_itself_and_for_a_session_that_is_open(
        string table, string text, string recipient, string reply)
    {
        _world.Table("aliases", "known: a@far.example\n");
        await _world.ServeAsync(
            "relay.example", "server.commandsWithoutMailMax=1000000", "server.badCommandsMax=100000");
        await using SeedClient client = await _world.ConnectAsync(Stranger);
        Assert.Matches("^550 5.(7.1|1.1) ", await client.OfferAsync(Sender, recipient));
        _world.Table(table, text);
        await Poll.UntilAsync(
            async () => (await client.OfferAsync(Sender, recipient)).StartsWith(reply, StringComparison.Ordinal),
            TimeSpan.FromSeconds(90),
            () => $"the changed {table} is not taken up");
    }

    [Fact]
    public async Task A_changed_mailertable_counts_by_itself()
    {
        Relay.Testing.ScriptedMailExchanger first = _world.Host("127.0.0.71");
        Relay.Testing.ScriptedMailExchanger second = _world.Host("127.0.0.72");
        _world.Table("mailertable", "a.example smtp:[127.0.0.71]\n");
        await _world.ServeAsync("relay.example");
        await _world.SendAsync("127.0.0.1", "one@a.example");
        Assert.Equal(["one@a.example"], await _world.RecipientsAtAsync(first, 1));
        _world.Table("mailertable", "a.example smtp:[127.0.0.72]\n");
        await _world.Program.WaitForLineAsync("mailertable is in force");
        await _world.SendAsync("127.0.0.1", "two@a.example");
        Assert.Equal(["two@a.example"], await _world.RecipientsAtAsync(second, 1));
    }

    [Fact]
    public async Task A_table_with_an_error_leaves_the_old_one_in_force_and_is_told_with_file_and_line()
    {
        _world.Table("access", "To:old.example RELAY\n");
        await _world.ServeAsync("relay.example");
        _world.Table("access", "To:new.example RELAY\nTo:other.example ACCEPT\n");
        await _world.Program.SignalAsync("HUP");
        await _world.Program.WaitForLineAsync("access:2: ");
        Assert.StartsWith("250", await _world.OfferAsync(Stranger, Sender, "a@old.example"), StringComparison.Ordinal);
        Assert.StartsWith("550", await _world.OfferAsync(Stranger, Sender, "a@new.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_the_start_a_table_with_errors_ends_the_program_with_all_of_them()
    {
        _world.Table("access", " To:a.example RELAY\nTo:b.example ACCEPT\n");
        _world.Table("mailertable", "c.example xnet:d.example\n");
        string told = await _world.FailToServeAsync("relay.example");
        foreach (string place in (string[])["access:1: ", "access:2: ", "mailertable:1: "])
        {
            Assert.Contains(place, told, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public async Task A_file_that_others_can_write_refuses_the_start_unless_DontBlameSendmail_says_otherwise(
        UnixFileMode more)
    {
        string path = _world.Table("access", "To:a.example RELAY\n");
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | more);
        Assert.Contains(path, await _world.FailToServeAsync("relay.example"), StringComparison.Ordinal);
        await _world.ServeAsync(
            "relay.example",
            more == UnixFileMode.GroupWrite
                ? "tables.dontBlameSendmail=groupwritablefile"
                : "tables.dontBlameSendmail=worldwritablefile");
        Assert.StartsWith("250", await _world.OfferAsync(Stranger, Sender, "a@a.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SIGHUP_reads_options_and_classes_anew()
    {
        _world.Table("local-host-names", "old.example\n");
        await _world.ServeAsync("relay.example");
        Assert.StartsWith(
            "550 5.7.1 <a@new.example>... Relaying denied", await _world.OfferAsync(Stranger, Sender, "a@new.example"),
            StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            _world.ConfigurationPath,
            """{ "hostname": "relay.example", "routes": { "luserRelay": "error:5.1.1:550 by the new options" } }""");
        _world.Table("local-host-names", "new.example\n");
        await _world.Program.SignalAsync("HUP");
        await _world.Program.WaitForLineAsync("text=\"reloaded");
        Assert.Equal(
            "550 5.1.1 <a@new.example>... by the new options",
            await _world.OfferAsync(Stranger, Sender, "a@new.example"));
        Assert.StartsWith(
            "550 5.7.1 <a@old.example>... Relaying denied", await _world.OfferAsync(Stranger, Sender, "a@old.example"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_goes_on_through_a_reload()
    {
        await _world.ServeAsync("relay.example");
        await using SeedClient client = await _world.ConnectAsync("127.0.0.1");
        Assert.StartsWith("250", await client.SayAsync($"MAIL FROM:<{Sender}>"), StringComparison.Ordinal);
        await _world.Program.SignalAsync("HUP");
        await _world.Program.WaitForLineAsync("text=\"reloaded");
        Assert.StartsWith("250", await client.SayAsync("RCPT TO:<a@far.example>"), StringComparison.Ordinal);
        await client.SendContentAsync();
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();
}
