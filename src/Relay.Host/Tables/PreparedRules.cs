using Relay.Routing;
using Relay.Tables.Loading;

namespace Relay.Host.Tables;

/// <summary>Rules that were read and are not in force yet.</summary>
internal sealed record PreparedRules(TableWatcher Watcher, RoutingSnapshot Snapshot, TableSources Sources);
