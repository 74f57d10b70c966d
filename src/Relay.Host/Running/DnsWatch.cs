using Relay.Dns;
using Relay.Host.Tables;
using Relay.Logging;
using Relay.Routing;
using Relay.Routing.Blocklists;
using Relay.Throttling;

namespace Relay.Host.Running;

/// <summary>
/// Asks the DNS about ourselves: whether our name holds, once at the start, and whether the lists of unwanted clients
/// live, at the start, after a reload and every hour. What it finds goes to the log. Thread-safe.
/// </summary>
internal sealed class DnsWatch(RoutingHolder rules, BlocklistHealth blocklists, IDnsResolver dns, IMailLog log)
    : IHeartbeatHandler, IDisposable
{
    private const long Hour = 60 * 60 * 1000;

    private readonly CancellationTokenSource _stop = new();
    private long _due = long.MinValue;
    private int _isTesting;
    private bool _knowsName;

    /// <summary>Tests at the next beat.</summary>
    public void TestSoon() => Interlocked.Exchange(ref _due, long.MinValue);

    public void OnHeartbeat(long now)
    {
        if (now < Interlocked.Read(ref _due) || Interlocked.Exchange(ref _isTesting, 1) != 0)
        {
            return;
        }

        Interlocked.Exchange(ref _due, now + Hour);
        _ = Task.Run(TestAsync);
    }

    public void Dispose() => _stop.Cancel();

    private async Task TestAsync()
    {
        try
        {
            RoutingSnapshot current = rules.Current;
            foreach (string change in await blocklists.TestAsync(current.Options.DnsBlocklists, _stop.Token))
            {
                log.WriteDaemon(change);
            }

            if (!_knowsName)
            {
                _knowsName = true;
                IReadOnlyList<string> warnings = await HostNameCheck.RunAsync(
                    current.Options.HostName, current.Options.OwnAddresses, dns, _stop.Token);
                foreach (string warning in warnings)
                {
                    log.WriteDaemon($"warning: {warning}");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the relay stops
        }
        catch (Exception exception)
        {
            // the loop's boundary: the next hour tries again
            log.WriteDaemon($"the DNS could not be tested: {exception.Message}");
        }
        finally
        {
            Volatile.Write(ref _isTesting, 0);
        }
    }
}
