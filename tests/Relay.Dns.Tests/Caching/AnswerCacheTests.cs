using System.Text;
using Relay.Dns.Caching;
using Relay.Testing;

namespace Relay.Dns.Tests.Caching;

/// <summary>Answers live as long as they may, no more than so many of them.</summary>
public sealed class AnswerCacheTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void An_answer_lives_until_its_ttl_is_over()
    {
        var cache = new AnswerCache(_time, 10);
        cache.Set(Key("a"), Answer("a"), TimeSpan.FromSeconds(30));
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.True(cache.TryGet(Key("a"), out DnsAnswer? answer, out TimeSpan left));
        Assert.Equal(("a", TimeSpan.FromSeconds(1)), (answer.CanonicalName, left));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(cache.TryGet(Key("a"), out _, out _));
    }

    [Fact]
    public void A_new_answer_takes_the_place_of_the_old()
    {
        var cache = new AnswerCache(_time, 10);
        cache.Set(Key("a"), Answer("old"), TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(2));
        cache.Set(Key("a"), Answer("new"), TimeSpan.FromSeconds(1));
        Assert.True(cache.TryGet(Key("a"), out DnsAnswer? answer, out _));
        Assert.Equal(("new", 1), (answer.CanonicalName, cache.Count));
    }

    [Fact]
    public void The_number_of_answers_is_bounded_and_used_ones_stay()
    {
        var cache = new AnswerCache(_time, 100);
        for (int i = 0; i < 10_000; i++)
        {
            cache.Set(Key($"n{i}"), Answer("x"), TimeSpan.FromHours(1));
            if (i >= 10)
            {
                Assert.True(cache.TryGet(Key("n7"), out _, out _), $"gone after {i}");
            }

            Assert.InRange(cache.Count, 1, 100);
        }
    }

    [Fact]
    public void Finding_an_answer_allocates_nothing()
    {
        var cache = new AnswerCache(_time, 10);
        byte[] key = Key("a");
        cache.Set(key, Answer("a"), TimeSpan.FromHours(1));
        long allocated = 1;
        for (int round = 0; round < 3 && allocated > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                cache.TryGet(key.AsSpan(), out _, out _);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Readers_and_writers_do_not_disturb_each_other()
    {
        var cache = new AnswerCache(TimeProvider.System, 50);
        Parallel.For(0, 8, worker =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                string name = $"n{(i * (worker + 1)) % 97}";
                if ((i + worker) % 3 == 0)
                {
                    cache.Set(Key(name), Answer(name), TimeSpan.FromMinutes(1));
                }
                else if (cache.TryGet(Key(name), out DnsAnswer? answer, out _))
                {
                    Assert.Equal(name, answer.CanonicalName);
                }
            }
        });
        Assert.InRange(cache.Count, 1, 50);
    }

    private static byte[] Key(string name) => Encoding.ASCII.GetBytes(name);

    private static DnsAnswer Answer(string name) => new() { Status = DnsStatus.Found, CanonicalName = name };
}
