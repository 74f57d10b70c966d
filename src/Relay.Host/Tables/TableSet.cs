using Relay.Routing.Routes;

namespace Relay.Host.Tables;

/// <summary>
/// Everything that decides who may relay and where mail goes, as one immutable whole: a session or delivery sees the
/// old
/// tables or the new ones, never a mixture.
/// </summary>
internal sealed class TableSet
{
    public const string RelayDomainsFile = "relay-domains";
    public const string AccessFile = "access";
    public const string MailertableFile = "mailertable";

    private TableSet(RelayPermissions permissions, RouteTable routes, TableOptions options)
    {
        Permissions = permissions;
        Routes = routes;
        SmartHost = options.SmartHost;
        ExactDomains = options.RelayHostsOnly;
        HostName = OctetsComparer.ToKey(options.HostName);
        PostmasterAddress = options.Postmaster;
    }

    public RelayPermissions Permissions { get; }

    public RouteTable Routes { get; }

    /// <summary>Where everything goes that mailertable does not name; null if there is none.</summary>
    public Route? SmartHost { get; }

    /// <summary>Relay permission of a domain does not extend to the domains below it.</summary>
    public bool ExactDomains { get; }

    /// <summary>Our own name, folded.</summary>
    public byte[] HostName { get; }

    /// <summary>The mailbox that stands for postmaster; null if none is configured.</summary>
    public byte[]? PostmasterAddress { get; }

    /// <summary>
    /// Loads all tables; what is wrong is added to <paramref name="errors"/>, and then the set is not to be used.
    /// </summary>
    public static TableSet Load(TableOptions options, List<TableError> errors)
    {
        string directory = options.Directory ?? string.Empty;
        if (options.Directory is not null && !Directory.Exists(directory))
        {
            errors.Add(new TableError(directory, 0, "the tables' directory does not exist"));
        }

        string PathOf(string file) => options.Directory is null ? string.Empty : Path.Combine(directory, file);
        return new TableSet(
            RelayPermissions.Load(PathOf(RelayDomainsFile), PathOf(AccessFile), errors),
            RouteTable.Load(PathOf(MailertableFile), errors),
            options);
    }
}
