using Relay.EndToEnd.Tests.Seeds;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>VRFY and EXPN by the resolution that RCPT uses (Sendmail: op.me, PrivacyOptions).</summary>
public sealed class VerifyTests : IAsyncDisposable
{
    private readonly SeedWorld _world = new();

    [Fact]
    public async Task Without_privacy_flags_VRFY_and_EXPN_tell_what_RCPT_would_and_know_nothing_of_other_domains()
    {
        _world.Table("local-host-names", "mine.example\n");
        _world.Table("aliases", "fred: fred@far.example\nlist: a@far.example, b@far.example\n");
        _world.Table("virtusertable", "v@mine.example list\nx@mine.example error:nouser 550 gone\n");
        await _world.ServeAsync("relay.example", "server.privacy=public");
        await using SeedClient client = await _world.ConnectAsync("198.51.100.1");
        (string Command, string Reply)[] dialogue =
        [
            ("VRFY fred", "250 2.1.5 <fred>"),
            ("VRFY <fred@mine.example>", "250 2.1.5 <fred@mine.example>"),
            ("VRFY nobody", "550 5.1.1 <nobody>... User unknown"),
            ("VRFY x@mine.example", "550 5.0.0 <x@mine.example>... gone"),
            ("EXPN v@mine.example", "250-2.1.5 <a@far.example>\n250 2.1.5 <b@far.example>"),
        ];
        foreach ((string command, string reply) in dialogue)
        {
            Assert.Equal(reply, await client.SayAsync(command));
        }

        await using SeedClient second = await _world.ConnectAsync("198.51.100.1"); // the sixth would be answered late
        Assert.Equal("550 5.1.1 <nobody>... User unknown", await second.SayAsync("EXPN nobody"));
        Assert.StartsWith("252 2.5.2 ", await second.SayAsync("VRFY a@far.example"), StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();
}
