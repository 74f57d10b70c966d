using Relay.Delivery.Destinations;
using Relay.Queue;

namespace Relay.Delivery.Tests;

/// <summary>The line of a destination keeps its order through growth, wrap-around and putting back.</summary>
public sealed class QueueIdFifoTests
{
    [Fact]
    public void Ids_come_out_as_they_went_in_whatever_the_mixture()
    {
        var random = new Random(42);
        var fifo = default(QueueIdFifo);
        var model = new LinkedList<QueueId>();
        ulong next = 1;
        for (int i = 0; i < 200_000; i++)
        {
            int action = random.Next(100);
            int growth = i / 50_000 % 2 == 0 ? 60 : 30;
            if (action < growth)
            {
                fifo.Enqueue(new QueueId(next));
                model.AddLast(new QueueId(next++));
            }
            else if (action < growth + 5)
            {
                fifo.EnqueueFirst(new QueueId(next));
                model.AddFirst(new QueueId(next++));
            }
            else
            {
                bool taken = fifo.TryDequeue(out QueueId id);
                Assert.Equal(model.Count > 0, taken);
                if (taken)
                {
                    Assert.Equal(model.First!.Value, id);
                    model.RemoveFirst();
                }
            }

            Assert.Equal(model.Count, fifo.Count);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(13)]
    public void Older_ids_are_brought_forward_and_the_order_is_kept_otherwise(int shift)
    {
        var fifo = default(QueueIdFifo);
        for (int i = 0; i < shift; i++)
        {
            fifo.Enqueue(default);
            fifo.TryDequeue(out _);
        }

        foreach (ulong id in (ulong[])[50, 10, 60, 70, 5, 80, 20, 90, 100, 30])
        {
            fifo.Enqueue(new QueueId(id));
        }

        var old = default(QueueIdFifo);
        old.Enqueue(new QueueId(1));
        fifo.MoveTo(ref old, new QueueId(10), new QueueId(40));
        Assert.Equal([1, 10, 20, 30], Drain(ref old));
        Assert.Equal([50, 60, 70, 5, 80, 90, 100], Drain(ref fifo));
    }

    [Fact]
    public void Moving_all_leaves_an_empty_list_that_works()
    {
        var fifo = default(QueueIdFifo);
        var other = default(QueueIdFifo);
        for (ulong i = 1; i <= 200; i++)
        {
            fifo.Enqueue(new QueueId(i));
        }

        fifo.MoveTo(ref other, default, new QueueId(1000));
        fifo.MoveTo(ref other, default, new QueueId(1000));
        Assert.Equal(0, fifo.Count);
        Assert.False(fifo.TryDequeue(out _));
        fifo.Enqueue(new QueueId(7));
        Assert.Equal([7], Drain(ref fifo));
        Assert.Equal(200, Drain(ref other).Count);
    }

    private static List<ulong> Drain(ref QueueIdFifo fifo)
    {
        var order = new List<ulong>();
        while (fifo.TryDequeue(out QueueId id))
        {
            order.Add(id.Value);
        }

        return order;
    }
}
