using Relay.Dns.Messages;

namespace Relay.Dns.Transport;

/// <summary>
/// Asks the servers in turn until one answers: those that were silent lately come last, each round gives more time, and
/// who answered with a failure is not asked twice. Thread-safe.
/// </summary>
internal sealed class DnsClient(DnsOptions options, NameServerList servers, TimeProvider time)
{
    /// <summary>Sockets at one time; far below the usual limit of descriptors.</summary>
    private const int OutstandingMax = 256;

    /// <summary>Servers asked for one question; resolv.conf(5) has 3.</summary>
    private const int ServersMax = 8;

    private readonly QueryGate _gate = new(OutstandingMax);

    /// <summary>The first answer, or the kind of the last failure.</summary>
    public async ValueTask<Response> AskAsync(byte[] name, DnsRecordType type)
    {
        await _gate.EnterAsync();
        try
        {
            return await AskInRoundsAsync(Order(servers.Current), name, type);
        }
        finally
        {
            _gate.Leave();
        }
    }

    private NameServer[] Order(NameServer[] all) =>
        Array.Exists(all, s => s.IsAvoided(time))
            ? [.. all.OrderBy(s => s.IsAvoided(time) ? 1 : 0).Take(ServersMax)]
            : all;

    private async ValueTask<Response> AskInRoundsAsync(NameServer[] order, byte[] name, DnsRecordType type)
    {
        var response = new Response(ResponseKind.Unreachable);
        TimeSpan timeout = options.Timeout;
        ulong failed = 0;
        for (int round = 0; round < options.Attempts; round++)
        {
            for (int i = 0; i < order.Length && i < ServersMax; i++)
            {
                if ((failed & (1UL << i)) != 0)
                {
                    continue;
                }

                response = await ServerExchange.AskAsync(order[i], name, type, time, timeout);
                if (response.Kind == ResponseKind.Unreachable)
                {
                    order[i].OnSilent(time);
                    continue;
                }

                order[i].OnAnswered();
                if (response.Kind == ResponseKind.Answer)
                {
                    return response;
                }

                failed |= 1UL << i;
            }

            timeout *= 2;
        }

        return response;
    }
}
