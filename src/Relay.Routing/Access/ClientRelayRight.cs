using Relay.Routing.Clients;
using Relay.Routing.Tracing;
using Relay.Smtp.Addressing;
using Relay.Tables;
using Relay.Tables.Access;

namespace Relay.Routing.Access;

/// <summary>
/// Whether a client may relay to anywhere, by its address, by the sender it gives (off by default), or by its name.
/// Allocates nothing. Thread-safe.
/// </summary>
internal static class ClientRelayRight
{
    /// <summary>By address or confirmed name, as the RCPT of any remote recipient would find it.</summary>
    public static bool Has(RoutingSnapshot snapshot, ClientFacts client)
    {
        bool failed = false;
        return client.IsAuthenticated
            || ByAddress(snapshot, client, ref failed, trace: null)
            || (client.Resolution == ClientResolution.Ok && ByName(snapshot, client, ref failed, trace: null));
    }

    /// <summary>Step 10: no address, 127.0.0.1, ::1, class R, access Connect:, an address of our own.</summary>
    public static bool ByAddress(
        RoutingSnapshot snapshot, ClientFacts client, ref bool tableFailed, DecisionTrace? trace)
    {
        if (client.IsThisMachine)
        {
            trace?.Add("client address", client.AddressText, "this machine: may relay");
            return true;
        }

        if (snapshot.IsRelayAddress(client.Address!, trace))
        {
            return true;
        }

        LookupResult result = snapshot.Access.FindAddress(AccessTag.Connect, client.Address!, out AccessHit hit);
        trace?.AddLookup("access Connect:", client.AddressKey, result, hit.Entry);
        if (IsRelay(result, hit, ref tableFailed))
        {
            return true;
        }

        return snapshot.IsLocal(client.Address!, trace);
    }

    /// <summary>Step 11: relay_local_from and relay_mail_from.</summary>
    public static bool BySender(
        RoutingSnapshot snapshot, ReadOnlySpan<byte> reversePath, ref bool tableFailed, DecisionTrace? trace)
    {
        bool byLocal = snapshot.Options.RelayLocalFrom;
        bool byMail = snapshot.Options.RelayMailFrom;
        if ((!byLocal && !byMail) || !Mailbox.TrySplit(reversePath, out _, out _))
        {
            return false;
        }

        Span<byte> scratch = stackalloc byte[AddressParts.ScratchLength];
        AddressParts sender = AddressParts.Of(snapshot, reversePath, scratch);
        if (byLocal && snapshot.IsLocal(sender.Domain))
        {
            trace?.Add("relay_local_from", reversePath, "the sender claims to be local: may relay");
            return true;
        }

        if (!byMail)
        {
            return false;
        }

        LookupResult result = snapshot.Access.FindFullAddress(
            AccessTag.From, sender.LocalPart, sender.Domain, out AccessHit hit);
        if (result == LookupResult.NotFound && snapshot.Options.RelayMailFromDomain)
        {
            result = snapshot.Access.FindName(
                AccessTag.From, sender.Domain, snapshot.Options.RelayHostsOnly, out hit);
        }

        trace?.AddLookup("relay_mail_from", reversePath, result, hit.Entry);
        return IsRelay(result, hit, ref tableFailed);
    }

    /// <summary>Step 13: the confirmed name is ours, in class R or below it, or has RELAY in access.</summary>
    public static bool ByName(
        RoutingSnapshot snapshot, ClientFacts client, ref bool tableFailed, DecisionTrace? trace)
    {
        ReadOnlySpan<byte> name = client.NameKey;
        if (snapshot.IsLocal(name, trace) || snapshot.IsRelayName(name, trace))
        {
            return true;
        }

        bool exact = snapshot.Options.RelayHostsOnly;
        LookupResult result = snapshot.Access.FindName(AccessTag.Connect, name, exact, out AccessHit hit);
        trace?.AddLookup("access Connect:", name, result, hit.Entry);
        return IsRelay(result, hit, ref tableFailed);
    }

    private static bool IsRelay(LookupResult result, in AccessHit hit, ref bool tableFailed)
    {
        tableFailed |= result == LookupResult.TemporaryFailure;
        return result == LookupResult.Found && hit.Value.Kind == AccessValueKind.Relay;
    }
}
