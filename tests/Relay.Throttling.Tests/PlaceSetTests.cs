namespace Relay.Throttling.Tests;

/// <summary>Eight places looked at together are seen as each by itself is.</summary>
public sealed class PlaceSetTests
{
    private const int Ways = PlaceSet.Ways;
    private const ulong Epoch = 178_000_000; // above what a word holds of it

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Least_active_place_is_the_first_of_those_that_each_alone_says_so(bool withOlder)
    {
        var random = new Random(20261122);
        ulong[] words = new ulong[2 * Ways];
        int named = 0;
        int idle = 0;
        for (int round = 0; round < 20_000; round++)
        {
            for (int way = 0; way < Ways; way++)
            {
                words[way] = (ulong)random.NextInt64();
                words[Ways + way] = NewCount(random, words[way], withOlder);
            }

            uint[] each = [.. Enumerable.Range(0, Ways)
                .Select(way => PlaceCount.Activity(words[Ways + way], words[way], Epoch))];
            uint least = each.Min();
            named += least == PlaceCount.NotCountingYet ? 1 : 0;
            idle += least == 0 ? 1 : 0;
            int expected = least == PlaceCount.NotCountingYet ? -1 : Array.IndexOf(each, least);
            Assert.Equal(expected, PlaceSet.LeastActive(words, Epoch, out uint activity));
            Assert.Equal(least, activity);
        }

        Assert.InRange(named, 1, 19_999);
        Assert.InRange(idle, 1, 19_999);
    }

    [Fact]
    public void Ways_with_a_name_are_found_whatever_their_tenancy()
    {
        const ulong name = 0x1234_5678_9ABC_0000;
        ulong[] words = new ulong[2 * Ways];
        Assert.Equal(0u, PlaceSet.Find(words, name));
        for (uint ways = 1; ways < 1 << Ways; ways++)
        {
            for (int way = 0; way < Ways; way++)
            {
                ulong tenancy = ((ulong)way * 9000) + 1;
                words[way] = (ways >> way & 1) != 0 ? name | tenancy : (name + 0x1_0000) | tenancy;
                words[Ways + way] = name; // a count is never taken for a name
            }

            Assert.Equal(ways, PlaceSet.Find(words, name));
        }
    }

    /// <summary>Words of every kind: ahead, of this part, of parts before, idle, ended, not counting yet.</summary>
    private static ulong NewCount(Random random, ulong name, bool withOlder)
    {
        if (random.Next(3) != 0)
        {
            return PlaceCount.EndedBefore(name);
        }

        if (random.Next(6) == 0)
        {
            return PlaceCount.Ended(name);
        }

        ulong epoch = Epoch - (ulong)random.Next(-70, 10);
        ulong word = PlaceCount.First(name, epoch, withOlder ? (ulong)random.Next(200) : 0);
        for (int more = random.Next(3); more > 0; more--)
        {
            word = PlaceCount.OneMore(word);
        }

        return word;
    }
}
