using System.Net;
using System.Text;
using Relay.Routing.Clients;
using Relay.Routing.Masquerading;
using Relay.Routing.Options;
using Relay.Routing.Routes;
using Relay.Routing.Tracing;
using Relay.Routing.Verdicts;
using Relay.Smtp.Addressing;
using Relay.Tables;
using Relay.Tables.Access;
using Relay.Tables.Aliases;
using Relay.Tables.Classes;
using Relay.Tables.Loading;

namespace Relay.Routing;

/// <summary>
/// Everything that decides who may send and where mail goes, as one whole: tables, classes and options, prepared for
/// look-ups. Immutable and thread-safe.
/// </summary>
public sealed class RoutingSnapshot
{
    private readonly ClassTable _builtInNames;

    /// <param name="options">The options, already checked.</param>
    /// <param name="tables">The tables and classes.</param>
    /// <param name="includes">The files that aliases include.</param>
    /// <param name="before">The rules whose place these take; null if there are none, or nothing of them stays.</param>
    public RoutingSnapshot(
        RoutingOptions options, TableSet tables, IncludeFiles includes, RoutingSnapshot? before = null)
    {
        bool keepsTls = before is not null && ReferenceEquals(before.Options, options)
            && ReferenceEquals(before.Tables.Access, tables.Access);
        TlsVersion = keepsTls ? before!.TlsVersion : new object();
        Options = options;
        Tables = tables;
        Includes = includes;
        int dot = options.HostName.IndexOf('.', StringComparison.Ordinal);
        string domain = dot > 0 ? options.HostName[(dot + 1)..] : options.HostName;
        HostName = Encoding.ASCII.GetBytes(options.HostName);
        LocalhostInDomain = Encoding.ASCII.GetBytes($"localhost.{domain}");
        Postmaster = options.Postmaster is null ? null : Encoding.UTF8.GetBytes(options.Postmaster);
        OwnDomain = ClassTable.Of("class m", domain);
        _builtInNames = ClassTable.Of(
            "class w",
            [
                options.HostName,
                dot > 0 ? options.HostName[..dot] : options.HostName,
                "localhost",
                domain.Length > 0 ? $"localhost.{domain}" : "localhost",
                .. options.OwnAddresses.Append(IPAddress.Loopback).Append(IPAddress.IPv6Loopback)
                    .Select(static address => $"[{ClientFacts.TextOf(address)}]"),
            ]);
        Rejection = ReplyText.Parse(options.RejectMessage, "5.7.1");
        RelayDenial = ReplyText.Parse(options.RelayMessage, "5.7.1");
        RecipientRejection = ReplyText.Parse(options.RecipientRejectMessage, "5.2.1");
        Routes = new RouteFinder(this);
        Masquerade = new Masquerader(this);
    }

    public RoutingOptions Options { get; }

    public TableSet Tables { get; }

    /// <summary>What is asked of TLS, by identity: the same object for as long as nothing of it changes.</summary>
    public object TlsVersion { get; }

    internal IncludeFiles Includes { get; }

    internal AccessTable Access => Tables.Access;

    /// <summary>Our own name, folded.</summary>
    internal byte[] HostName { get; }

    /// <summary><c>localhost.$m</c>.</summary>
    internal byte[] LocalhostInDomain { get; }

    /// <summary>Class m: the domain of our own name.</summary>
    internal ClassTable OwnDomain { get; }

    internal byte[]? Postmaster { get; }

    internal TableReply Rejection { get; }

    internal TableReply RelayDenial { get; }

    internal TableReply RecipientRejection { get; }

    internal RouteFinder Routes { get; }

    internal Masquerader Masquerade { get; }

    /// <summary>Class w: the name is one of ours, exactly.</summary>
    /// <param name="domain">Folded; a literal is one of ours if its address is.</param>
    public bool IsLocal(ReadOnlySpan<byte> domain) => IsLocal(domain, null);

    /// <summary>Class w: the host name, in any case, is one of ours.</summary>
    public bool IsLocal(string name)
    {
        Span<byte> octets = stackalloc byte[DomainName.LengthMax];
        return Encoding.UTF8.TryGetBytes(name.ToLowerInvariant(), octets, out int length) && IsLocal(octets[..length]);
    }

    /// <inheritdoc cref="IsLocal(ReadOnlySpan{byte})"/>
    /// <param name="domain">Folded.</param>
    /// <param name="trace">Takes what was consulted; null for none.</param>
    internal bool IsLocal(ReadOnlySpan<byte> domain, DecisionTrace? trace)
    {
        TableEntry entry = default;
        bool isLocal = !domain.IsEmpty
            && (domain[0] == (byte)'['
                ? IsLocalLiteral(domain, out entry)
                : _builtInNames.Contains(domain, out entry) || Tables.LocalHostNames.Contains(domain, out entry));
        trace?.AddMember("class w (local-host-names)", domain, isLocal, entry);
        return isLocal;
    }

    /// <summary>Class w: the address is one of ours.</summary>
    internal bool IsLocal(IPAddress address, DecisionTrace? trace)
    {
        bool isLocal = _builtInNames.ContainsBracketed(address, out TableEntry entry)
            || Tables.LocalHostNames.ContainsBracketed(address, out entry);
        if (trace is not null)
        {
            trace.AddMember(
                "class w (local-host-names)",
                Encoding.ASCII.GetBytes($"[{ClientFacts.TextOf(address)}]"),
                isLocal,
                entry);
        }

        return isLocal;
    }

    /// <summary>Class VirtHost: virtusertable serves the domain though it is not one of ours.</summary>
    public bool IsVirtual(ReadOnlySpan<byte> domain) => Options.VirtUserEntireDomain
        ? Tables.VirtHosts.ContainsOrParent(domain, out _)
        : Tables.VirtHosts.Contains(domain, out _);

    /// <summary>
    /// Class R by name: the entry itself or, unless exact, what lies below; class VirtHost is part of it.
    /// </summary>
    internal bool IsRelayName(ReadOnlySpan<byte> name, DecisionTrace? trace)
    {
        bool exact = Options.RelayHostsOnly;
        ClassTable names = Tables.RelayDomains;
        bool isMember = (exact ? names.Contains(name, out TableEntry entry) : names.ContainsOrParent(name, out entry))
            || (exact
                ? Tables.VirtHosts.Contains(name, out entry)
                : Tables.VirtHosts.ContainsOrParent(name, out entry));
        trace?.AddMember("class R (relay-domains)", name, isMember, entry);
        if (!isMember && Options.RelayEntireDomain)
        {
            isMember = OwnDomain.ContainsOrParent(name, out entry);
            trace?.AddMember("class m (relay_entire_domain)", name, isMember, entry);
        }

        return isMember;
    }

    /// <summary>Class R by address.</summary>
    internal bool IsRelayAddress(IPAddress address, DecisionTrace? trace)
    {
        bool isMember = Tables.RelayDomains.ContainsAddress(address, out TableEntry entry);
        if (trace is not null)
        {
            trace.AddMember(
                "class R (relay-domains)", Encoding.ASCII.GetBytes(ClientFacts.TextOf(address)), isMember, entry);
        }

        return isMember;
    }

    /// <summary>domaintable: the domain that takes this one's place, or this one.</summary>
    /// <param name="domain">Folded.</param>
    /// <param name="scratch">Takes the other one; the domain may lie in it.</param>
    internal ReadOnlySpan<byte> Canonify(ReadOnlySpan<byte> domain, Span<byte> scratch) =>
        Tables.Domaintable.Find(domain, out TableEntry entry) == LookupResult.Found
            ? DomainName.Fold(entry.Value.Span, scratch)
            : domain;

    /// <summary>Class L: the local name stays here.</summary>
    internal bool IsLocalUser(ReadOnlySpan<byte> name)
    {
        int plus = name.IndexOf((byte)'+');
        return Tables.LocalUsers.Contains(plus > 0 ? name[..plus] : name, out _);
    }

    private bool IsLocalLiteral(ReadOnlySpan<byte> literal, out TableEntry entry)
    {
        // IPv4 has one form only; IPv6 has many.
        if (_builtInNames.Contains(literal, out entry) || Tables.LocalHostNames.Contains(literal, out entry))
        {
            return true;
        }

        if (!AddressLiteral.TryParse(literal, out AddressLiteral parsed) || !parsed.IsIPv6)
        {
            return false;
        }

        Span<byte> octets = stackalloc byte[16];
        parsed.WriteTo(octets);
        var address = new IPAddress(octets);
        return _builtInNames.ContainsBracketed(address, out entry)
            || Tables.LocalHostNames.ContainsBracketed(address, out entry);
    }
}
