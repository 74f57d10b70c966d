using System.Net;
using Relay.LoadGenerator.Source;
using Relay.Testing;

namespace Relay.LoadGenerator.Tests.Source;

public class TicketOfficeTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void A_closed_loop_gives_out_its_messages_at_once_and_no_more()
    {
        TicketOffice office = Open(Options() with { Messages = 3 });
        for (uint sequence = 0; sequence < 3; sequence++)
        {
            Assert.True(office.TryTake(Now, out Ticket ticket, out _));
            Assert.Equal(new Ticket(sequence, Now), ticket);
        }

        Assert.False(office.TryTake(Now, out _, out long due));
        Assert.Equal(long.MaxValue, due);
    }

    [Fact]
    public void An_open_loop_gives_out_each_message_when_it_is_due()
    {
        TicketOffice office = Open(Options() with { Rate = 100, Messages = 1000 });
        long start = Now;
        Assert.True(office.TryTake(Now, out _, out _));
        Assert.False(office.TryTake(Now, out _, out long due));
        Assert.Equal(start + TimeSpan.TicksPerMillisecond * 10, due);
        _time.Advance(TimeSpan.FromMilliseconds(10));
        Assert.True(office.TryTake(Now, out Ticket ticket, out _));
        Assert.Equal(due, ticket.Intended);
    }

    [Fact]
    public void Messages_that_waited_keep_the_times_they_were_due_at()
    {
        TicketOffice office = Open(Options() with { Rate = 100, Messages = 1000 });
        long start = Now;
        _time.Advance(TimeSpan.FromMilliseconds(95));
        for (int i = 0; i < 10; i++)
        {
            Assert.True(office.TryTake(Now, out Ticket ticket, out _));
            Assert.Equal(start + (i * 10 * TimeSpan.TicksPerMillisecond), ticket.Intended);
        }

        Assert.False(office.TryTake(Now, out _, out _));
    }

    [Fact]
    public void No_message_falls_due_behind_the_duration_but_those_due_before_are_still_given_out()
    {
        TicketOffice office = Open(Options() with { Rate = 10, Messages = 0, Duration = TimeSpan.FromSeconds(1) });
        _time.Advance(TimeSpan.FromSeconds(5));
        int taken = 0;
        while (office.TryTake(Now, out _, out long due))
        {
            taken++;
            Assert.NotEqual(long.MaxValue, due);
        }

        Assert.Equal(10, taken);
        Assert.True(office.IsOver(Now));
    }

    [Fact]
    public void Poisson_arrivals_have_the_asked_mean_and_repeat_with_the_seed()
    {
        SourceOptions options = Options() with { Rate = 1000, Messages = 20_000, PoissonArrivals = true };
        long[] first = Arrivals(options);
        double mean = (first[^1] - first[0]) / (double)(first.Length - 1) / TimeSpan.TicksPerMillisecond;
        Assert.InRange(mean, 0.97, 1.03);
        long[] gaps = [.. first.Skip(1).Zip(first, (later, earlier) => later - earlier)];
        Assert.InRange(gaps.Count(gap => gap > TimeSpan.TicksPerMillisecond) / (double)gaps.Length, 0.35, 0.39); // 1/e
        Assert.True(gaps.SequenceEqual(Gaps(Arrivals(options))));
    }

    [Fact]
    public void A_closed_office_gives_out_nothing()
    {
        TicketOffice office = Open(Options() with { Messages = 10 });
        office.Close();
        Assert.False(office.TryTake(Now, out _, out long due));
        Assert.Equal(long.MaxValue, due);
    }

    private long Now => _time.GetTimestamp();

    private static SourceOptions Options() => new() { Targets = [new IPEndPoint(IPAddress.Loopback, 1)] };

    private static long[] Gaps(long[] times) => [.. times.Skip(1).Zip(times, (later, earlier) => later - earlier)];

    private TicketOffice Open(SourceOptions options)
    {
        var office = new TicketOffice(options, _time);
        office.Open();
        return office;
    }

    private long[] Arrivals(SourceOptions options)
    {
        TicketOffice office = Open(options);
        _time.Advance(TimeSpan.FromHours(1));
        var times = new List<long>();
        while (office.TryTake(Now, out Ticket ticket, out _))
        {
            times.Add(ticket.Intended);
        }

        return [.. times];
    }
}
