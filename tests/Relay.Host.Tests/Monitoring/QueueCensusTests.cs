using Relay.Delivery;
using Relay.Host.Monitoring;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Testing;

namespace Relay.Host.Tests.Monitoring;

/// <summary>Who is stuck, and why: the words that are labels of metrics and stand on the page.</summary>
public sealed class QueueCensusTests
{
    private static readonly DateTimeOffset Later = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Each_reason_for_which_a_destination_is_not_sent_to_has_its_word()
    {
        DestinationSummary waits = Summary("waits", 1);
        DestinationSummary[] all =
        [
            waits,
            Summary("backoff", 2) with { BlockedUntil = Later },
            Summary("rate", 3) with { RateWaitUntil = Later },
            Summary("connections", 4) with { WaitsForConnections = true },
            Summary("suspended", 5) with { BlockedUntil = Later },
            Summary("idle", 6) with { Parked = 0, RateWaitUntil = Later, WaitsForConnections = true },
        ];
        var suspension = new SuspensionSummary("suspended", "by hand", Later, Until: null, IsManual: true);
        Dictionary<string, DestinationCensus> found = await TakeAsync(all, [suspension]);
        foreach (string word in new[] { "backoff", "rate", "connections", "suspended" })
        {
            Assert.Equal(word, found[word].BlockedBy);
        }

        Assert.Equal(string.Empty, found["waits"].BlockedBy);
        Assert.Equal(string.Empty, found["idle"].BlockedBy);
        Assert.Equal(Later, found["rate"].BlockedUntil);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("451 4.7.1 later", "451")]
    [InlineData("Connection refused", "0")]
    [InlineData("45", "0")]
    [InlineData("4x1 no", "0")]
    public async Task The_last_failure_is_a_code_of_three_digits_or_0_for_what_we_have_found(string reply, string code)
    {
        Dictionary<string, DestinationCensus> found =
            await TakeAsync([Summary("d", 1) with { LastReply = reply }], []);
        Assert.Equal(code, found["d"].LastCode);
    }

    [Fact]
    public async Task Lines_of_one_name_whose_mail_came_in_at_different_addresses_are_one()
    {
        DestinationSummary plain = Summary("d", 1) with { Active = 1, Connections = 1 };
        DestinationCensus found = Assert.Single((await TakeAsync(
            [
                plain,
                Summary("d", 2) with
                {
                    ArrivedOn = System.Net.IPAddress.Parse("192.0.2.5"),
                    Connections = 2,
                    LastReply = "451 4.7.1 later",
                    BlockedUntil = Later,
                },
            ],
            [])).Values);
        Assert.Equal((7, 1, 3), (found.Messages, found.Active, found.Connections));
        Assert.Equal(("451", "backoff", Later), (found.LastCode, found.BlockedBy, found.BlockedUntil));
    }

    private static DestinationSummary Summary(string name, uint tag) =>
        new(name, tag, RouteKind.Smtp, Parked: 3, Active: 0, Connections: 0, default, string.Empty, BlockedUntil: null);

    private static async Task<Dictionary<string, DestinationCensus>> TakeAsync(
        DestinationSummary[] destinations, SuspensionSummary[] suspensions)
    {
        await using IMailQueue queue = MailQueueFactory.Open(
            new MailQueueOptions { Engine = MailQueueEngine.Null }, TimeProvider.System);
        var census = new QueueCensus(queue, () => destinations, () => suspensions, new ManualTimeProvider());
        return census.Take().Destinations.ToDictionary(static d => d.Name);
    }
}
