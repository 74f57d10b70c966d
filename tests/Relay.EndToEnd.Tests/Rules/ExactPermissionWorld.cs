namespace Relay.EndToEnd.Tests.Rules;

/// <summary>The same with <c>relay_hosts_only</c>.</summary>
public sealed class ExactPermissionWorld : PermissionWorld
{
    private protected override string[] Options => ["tables.relayHostsOnly=true"];
}
