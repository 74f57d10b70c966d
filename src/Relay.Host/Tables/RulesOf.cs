using System.Net;
using System.Net.NetworkInformation;
using Relay.Host.Options;
using Relay.Routing.Options;
using Relay.Tables.Checks;
using Relay.Tables.Loading;

namespace Relay.Host.Tables;

/// <summary>Makes the options of tables and rules out of the settings.</summary>
internal static class RulesOf
{
    public static TableSources Sources(RelaySettings settings) => new()
    {
        Access = PathOf(settings, TableKeys.Access),
        Mailertable = PathOf(settings, TableKeys.Mailertable),
        Virtusertable = PathOf(settings, TableKeys.Virtusertable),
        Domaintable = PathOf(settings, TableKeys.Domaintable),
        Genericstable = PathOf(settings, TableKeys.Genericstable),
        Aliases = PathsOf(settings, TableKeys.Aliases),
        Users = PathOf(settings, TableKeys.Users),
        AuthInfo = PathOf(settings, TableKeys.AuthInfo),
        SenderLogin = PathOf(settings, TableKeys.SenderLogin),
        LocalHostNames = new ClassSource(
            settings.Get(TableKeys.LocalNames).Words, PathOf(settings, TableKeys.LocalHostNames)),
        RelayDomains = new ClassSource(
            settings.Get(TableKeys.RelayNames).Words, PathOf(settings, TableKeys.RelayDomains)),
        VirtHosts = ClassOf(settings, TableKeys.VirtUserDomains),
        GenericsDomains = ClassOf(settings, MasqueradeKeys.GenericsDomains),
        MasqueradeDomains = ClassOf(settings, MasqueradeKeys.Domains),
        MasqueradeExceptions = ClassOf(settings, MasqueradeKeys.Exceptions),
        ExposedUsers = ClassOf(settings, MasqueradeKeys.ExposedUsers),
        LocalUsers = ClassOf(settings, RouteKeys.LocalUsers),
        LookupDotDomain = settings.Get(TableKeys.LookupDotDomain),
        DontBlameSendmail = settings.Get(TableKeys.DontBlameSendmail),
    };

    public static RoutingOptions Options(RelaySettings settings) => new()
    {
        HostName = settings.Get(RelayKeys.HostName),
        OwnAddresses = OwnAddresses(),
        Postmaster = settings.Get(RelayKeys.PostmasterAddress) is { Length: > 0 } mailbox ? mailbox : null,
        RelayHostsOnly = settings.Get(TableKeys.RelayHostsOnly),
        LookupDotDomain = settings.Get(TableKeys.LookupDotDomain),
        VirtUserEntireDomain = settings.Get(TableKeys.VirtUserEntireDomain),
        BlocklistRecipients = settings.Get(AccessKeys.BlocklistRecipients),
        PromiscuousRelay = settings.Get(AccessKeys.Promiscuous) != PromiscuousRelay.Off,
        AcceptUnresolvableDomains = settings.Get(AccessKeys.AcceptUnresolvableDomains),
        AcceptUnqualifiedSenders = settings.Get(AccessKeys.AcceptUnqualifiedSenders),
        RelayEntireDomain = settings.Get(AccessKeys.RelayEntireDomain),
        RelayLocalFrom = settings.Get(AccessKeys.RelayLocalFrom),
        RelayMailFrom = settings.Get(AccessKeys.RelayMailFrom) != RelayMailFrom.Off,
        RelayMailFromDomain = settings.Get(AccessKeys.RelayMailFrom) == RelayMailFrom.Domain,
        RelayToFullAddress = settings.Get(AccessKeys.RelayToFullAddress),
        LooseRelayCheck = settings.Get(AccessKeys.LooseRelayCheck),
        RelayBasedOnMx = settings.Get(AccessKeys.RelayBasedOnMx),
        DelayChecks = settings.Get(AccessKeys.DelayChecks),
        SenderLogin = settings.Get(AccessKeys.SenderLogin),
        RequireRdns = settings.Get(AccessKeys.RequireRdns),
        DnsBlocklists = settings.Get(AccessKeys.Dnsbl).Lists,
        DnsBlocklistsForIPv6 = settings.Get(AccessKeys.DnsblIPv6),
        RejectMessage = settings.Get(AccessKeys.RejectMessage),
        RelayMessage = settings.Get(AccessKeys.RelayMessage),
        RecipientRejectMessage = settings.Get(AccessKeys.RecipientRejectMessage),
        Port = settings.Get(RouteKeys.Port),
        SmartHost = settings.Get(RelayKeys.SmartHost).Target,
        FallbackSmartHost = settings.Get(RouteKeys.FallbackSmartHost).Target,
        LocalRelay = settings.Get(RouteKeys.LocalRelay).Target,
        MailHub = settings.Get(RouteKeys.MailHub).Target,
        LuserRelay = settings.Get(RouteKeys.LuserRelay).Target,
        LocalDelivery = settings.Get(RouteKeys.LocalDelivery).Target,
        StickyHost = settings.Get(RouteKeys.StickyHost),
        HubRewritesDomain = settings.Get(RouteKeys.HubRewritesDomain),
        PreserveLuserHost = settings.Get(RouteKeys.PreserveLuserHost),
        TlsLevel = settings.Get(TlsKeys.DeliveryLevel),
        TlsPolicies = settings.Get(TlsKeys.DeliveryPolicies).Policies,
        Masquerade = new MasqueradeOptions
        {
            As = settings.Get(MasqueradeKeys.As) is { Length: > 0 } domain ? domain : null,
            EntireDomain = settings.Get(MasqueradeKeys.EntireDomain),
            Limited = settings.Get(MasqueradeKeys.Limited),
            All = settings.Get(MasqueradeKeys.AllHeaders),
            Envelope = settings.Get(MasqueradeKeys.Envelope),
            GenericsEntireDomain = settings.Get(MasqueradeKeys.GenericsEntireDomain),
        },
    };

    public static TableTrapOptions Traps(RelaySettings settings) => new()
    {
        VirtUserEntireDomain = settings.Get(TableKeys.VirtUserEntireDomain),
        GenericsEntireDomain = settings.Get(MasqueradeKeys.GenericsEntireDomain),
        RelayToFullAddress = settings.Get(AccessKeys.RelayToFullAddress),
    };

    private static ClassSource ClassOf(RelaySettings settings, OptionKey<WordsSetting> key) =>
        new(settings.Get(key).Words);

    private static string? PathOf(RelaySettings settings, OptionKey<string> key) =>
        PathOf(settings, key, settings.Get(key));

    private static string[] PathsOf(RelaySettings settings, OptionKey<string> key) =>
    [
        .. settings.Get(key)
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(file => PathOf(settings, key, file))
            .OfType<string>()
            .Distinct(StringComparer.Ordinal),
    ];

    private static string? PathOf(RelaySettings settings, OptionKey<string> key, string file)
    {
        string directory = settings.Get(TableKeys.Directory);
        bool isNamed = file.Length > 0 && (directory.Length > 0 || (settings.IsSet(key) && Path.IsPathRooted(file)));
        return isNamed ? Path.GetFullPath(Path.Combine(directory, file)) : null;
    }

    /// <summary>The machine's addresses, as Sendmail probes its interfaces; none if the system does not tell.</summary>
    private static IPAddress[] OwnAddresses()
    {
        try
        {
            return
            [
                .. NetworkInterface.GetAllNetworkInterfaces()
                    .SelectMany(static i => i.GetIPProperties().UnicastAddresses)
                    .Select(static a => new IPAddress(a.Address.GetAddressBytes())) // without a scope
                    .Distinct(),
            ];
        }
        catch (NetworkInformationException)
        {
            return [];
        }
    }
}
