using System.Text;
using Relay.Host.Admin;
using Relay.Host.Tables;
using Relay.Routing;
using Relay.Routing.Access;
using Relay.Server.Policies;
using Relay.Tables;

namespace Relay.Host.Running;

/// <summary>
/// ETRN (RFC 1985) for clients that may relay: walks the queue, so strangers get 459 and a second request during a walk
/// 458.
/// </summary>
internal sealed class EtrnService(RoutingHolder rules, QueueFlush flush) : IEtrnHandler
{
    public EtrnResult Start(ClientIdentity client, ReadOnlySpan<byte> node, byte option)
    {
        if (!AccessControl.MayRelay(rules.Current, ClientState.Of(client).Facts) || option == (byte)'#')
        {
            return EtrnResult.NotAllowed;
        }

        if (flush.IsRunning)
        {
            return EtrnResult.Unable;
        }

        Span<byte> scratch = stackalloc byte[DomainName.LengthMax];
        ReadOnlySpan<byte> folded = DomainName.Fold(node, scratch);
        if (folded.IsEmpty)
        {
            return EtrnResult.NotAllowed;
        }

        // Not on the session's thread: a walk over a long queue takes seconds.
        string domain = Encoding.ASCII.GetString(folded);
        _ = Task.Run(() => flush.RunAsync(domain, CancellationToken.None));
        return EtrnResult.Started;
    }
}
