using System.Buffers;
using Relay.Routing;
using Relay.Routing.Masquerading;
using Relay.Server.Policies;
using Relay.Smtp;

namespace Relay.Host.Tables;

/// <summary>Rewrites headers by domaintable, genericstable and masquerading. Thread-safe.</summary>
internal sealed class RulesHeaderRewriter(RoutingHolder rules) : IHeaderRewriter
{
    public bool IsNeeded => HeaderRewriter.IsNeeded(rules.Current);

    public bool Rewrite(
        ClientIdentity client, Envelope envelope, ReadOnlySpan<byte> header, IBufferWriter<byte> output) =>
        HeaderRewriter.Rewrite(rules.Current, header, output);
}
