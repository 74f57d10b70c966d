using Relay.Tables.Access;
using Relay.Tables.Addresses;
using Relay.Tables.Aliases;
using Relay.Tables.Authentication;
using Relay.Tables.Classes;
using Relay.Tables.Mailer;

namespace Relay.Tables.Loading;

/// <summary>
/// All tables as one immutable whole: who takes it once per decision sees the old tables or the new ones, never a
/// mixture. Thread-safe.
/// </summary>
public sealed record TableSet
{
    /// <summary>No tables at all.</summary>
    public static TableSet Empty { get; } = new();

    public AccessTable Access { get; init; } = AccessTable.Empty;

    public MailerTable Mailertable { get; init; } = MailerTable.Empty;

    public VirtUserTable Virtusertable { get; init; } = VirtUserTable.Empty;

    public DomainTable Domaintable { get; init; } = DomainTable.Empty;

    public GenericsTable Genericstable { get; init; } = GenericsTable.Empty;

    public AliasTable Aliases { get; init; } = AliasTable.Empty;

    /// <summary>Class w.</summary>
    public ClassTable LocalHostNames { get; init; } = ClassTable.Empty("local-host-names");

    /// <summary>Class R.</summary>
    public ClassTable RelayDomains { get; init; } = ClassTable.Empty("relay-domains");

    /// <summary>Class {VirtHost}.</summary>
    public ClassTable VirtHosts { get; init; } = ClassTable.Empty("virthosts");

    /// <summary>Class G.</summary>
    public ClassTable GenericsDomains { get; init; } = ClassTable.Empty("generics-domains");

    /// <summary>Class M.</summary>
    public ClassTable MasqueradeDomains { get; init; } = ClassTable.Empty("masquerade-domains");

    /// <summary>Class N.</summary>
    public ClassTable MasqueradeExceptions { get; init; } = ClassTable.Empty("masquerade-exceptions");

    /// <summary>Class E.</summary>
    public ClassTable ExposedUsers { get; init; } = ClassTable.Empty("exposed-users");

    /// <summary>Class L.</summary>
    public ClassTable LocalUsers { get; init; } = ClassTable.Empty("local-users");

    /// <summary>Who may authenticate to us.</summary>
    public UserTable Users { get; init; } = UserTable.Empty;

    /// <summary>How we authenticate to others.</summary>
    public AuthInfoTable AuthInfo { get; init; } = AuthInfoTable.Empty;

    /// <summary>Which users own which senders.</summary>
    public SenderLoginTable SenderLogin { get; init; } = SenderLoginTable.Empty;
}
