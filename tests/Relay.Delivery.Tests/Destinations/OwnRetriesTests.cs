using Relay.Delivery.Attempts;
using Relay.Delivery.Destinations;
using Relay.Delivery.Notifications;
using Relay.Queue;
using Relay.Testing;
using Relay.Throttling;

namespace Relay.Delivery.Tests.Destinations;

/// <summary>
/// The jobs of one message end side by side: in whatever order their steps come, no job is lost, none ends twice, and
/// the message is the queue's again once, when the last has ended. Every order is tried, one step after the other.
/// </summary>
public sealed class OwnRetriesTests : IDisposable
{
    private static readonly TimeSpan _wait = TimeSpan.FromMinutes(7);

    private readonly ManualTimeProvider _time = new();
    private readonly Heartbeat _heartbeat;
    private readonly JobCountingQueue _queue = new();
    private readonly DeliveryContext _context;
    private readonly Destination _one;
    private readonly Destination _two;
    private OwnRetry? _lastStarted;
    private ulong _lastId;
    private int _orders;

    public OwnRetriesTests()
    {
        _heartbeat = new Heartbeat(_time);
        var routes = new TestRoutes();
        _context = new DeliveryContext(
            _queue,
            routes,
            routes,
            new RecordingMailLog(),
            _heartbeat,
            new DeliveryOptions { HostName = "relay.test" },
            static _ => false,
            SameAddressees.Instance,
            credentials: null);
        _lastId = QueueId.FromTime(_time.GetUtcNow()).Value; // new, so that nothing is due for its age
        _one = MakeSuspended("smtp:one");
        _two = MakeSuspended("smtp:two");
    }

    [Fact]
    public void Job_that_waits_for_its_own_time_and_one_that_ends_lose_nothing_in_any_order_with_the_timer()
    {
        TryAllOrders(() => [Keeper(_one), Ender(), Timer()]);
        Assert.Equal(420, _orders);
    }

    [Fact]
    public void Two_jobs_that_wait_for_times_of_their_own_lose_nothing_in_any_order_with_the_timer()
    {
        TryAllOrders(() => [Keeper(_one), Keeper(_two), Timer()]);
        Assert.Equal(3150, _orders);
    }

    [Fact]
    public void Two_jobs_that_wait_and_one_that_ends_lose_nothing_in_any_order()
    {
        TryAllOrders(() => [Keeper(_one), Keeper(_two), Ender()]);
        Assert.Equal(3150, _orders);
    }

    [Fact]
    public void Two_jobs_of_one_destination_share_a_wait_and_lose_nothing_in_any_order()
    {
        TryAllOrders(() => [Keeper(_one), Keeper(_one), Ender()]);
        TryAllOrders(() => [Keeper(_one), Keeper(_one), Timer()]);
        Assert.Equal(6300, _orders);
    }

    [Fact]
    public void Other_job_that_ends_just_before_a_wait_is_counted_loses_nothing()
    {
        int between = 0;
        TryAllOrders(() =>
        {
            Job ender = Ender();
            _queue.Adding = () =>
            {
                if (ender.Next == 0)
                {
                    between++;
                    ender.Step(); // its Complete; what it says of that must wait for the lock
                }
            };
            return [Keeper(_one), ender, Timer()];
        });
        Assert.InRange(between, 1, _orders);
    }

    public void Dispose()
    {
        _context.Dispose();
        _heartbeat.Dispose();
    }

    private Destination MakeSuspended(string name)
    {
        Destination destination = _context.Destinations.Get(TestRoutes.To(25, name: name), default);
        destination.Control.Suspend("the jobs stay in line", TimeSpan.FromDays(1000));
        return destination;
    }

    private void TryAllOrders(Func<Job[]> make)
    {
        int[] left = [.. make().Select(static j => j.Steps.Length)];
        TryOrders(make, left, []);
    }

    private void TryOrders(Func<Job[]> make, int[] left, List<int> order)
    {
        bool isWhole = true;
        for (int job = 0; job < left.Length; job++)
        {
            if (left[job] == 0)
            {
                continue;
            }

            isWhole = false;
            left[job]--;
            order.Add(job);
            TryOrders(make, left, order);
            order.RemoveAt(order.Count - 1);
            left[job]++;
        }

        if (isWhole)
        {
            Run(make, order);
        }
    }

    private void Run(Func<Job[]> make, List<int> order)
    {
        var id = new QueueId(++_lastId);
        _orders++;
        Job[] jobs = make();
        int inLine = InLine;
        foreach (Job job in jobs)
        {
            job.Begin(id);
        }

        _queue.Assign(id, jobs.Count(static j => !j.IsTimer), 0);
        foreach (int job in order)
        {
            if (jobs[job].Next < jobs[job].Steps.Length)
            {
                jobs[job].Step();
            }
        }

        string steps = string.Join(' ', order);
        int elapsed = InLine - inLine;
        Assert.True(elapsed <= _queue.JobsOf(id), $"{elapsed} jobs for {_queue.JobsOf(id)} in order {steps}");
        for (; elapsed > 0; elapsed--)
        {
            _queue.EndJob(id); // whose time had come is delivered
            _context.Retries.OnJobEnded(id);
        }

        Assert.True(_queue.JobsOf(id) == 0, $"{_queue.JobsOf(id)} jobs are lost in order {steps}");
        Assert.True(_queue.Ended == 1, $"ended {_queue.Ended} times in order {steps}");
        Assert.True(_context.Delays.Count == 0, $"a wait is left over in order {steps}");
        Assert.True(_context.Retries.WaitingOf(id) == 0, $"somebody waits in order {steps}");
        Assert.All(_queue.Returned, due => Assert.InRange(due, _time.GetUtcNow(), _time.GetUtcNow() + _wait));
    }

    private int InLine => _one.Summarize().Parked + _two.Summarize().Parked;

    /// <summary>A job that defers its recipients, as the reporter ends it.</summary>
    private Job Keeper(Destination destination)
    {
        OwnRetry? retry = null;
        return new Job(
            id => retry = _context.Retries.TryKeep(id, destination),
            _queue.EndJob,
            _ =>
            {
                if (retry is not null)
                {
                    _context.Retries.Start(retry, _time.GetUtcNow() + _wait);
                    _lastStarted = retry;
                }
            },
            _context.Retries.OnJobEnded);
    }

    /// <summary>A job whose recipients all have their outcome.</summary>
    private Job Ender() => new(_queue.EndJob, _context.Retries.OnJobEnded);

    /// <summary>The wait that was begun last is over: it leaves the heap, and a moment later it is run.</summary>
    private Job Timer()
    {
        OwnRetry? due = null;
        _lastStarted = null;
        return new Job(
            _ => due = _lastStarted is { } last && _context.Delays.Remove(last.Wait) ? last : null,
            _ => ((IThreadPoolWorkItem?)due?.Wait)?.Execute())
        {
            IsTimer = true,
        };
    }

    private sealed class Job(params Action<QueueId>[] steps)
    {
        private QueueId _id;

        public Action<QueueId>[] Steps => steps;

        public int Next { get; private set; }

        public bool IsTimer { get; init; }

        public void Begin(QueueId id) => _id = id;

        public void Step() => steps[Next++](_id);
    }
}
