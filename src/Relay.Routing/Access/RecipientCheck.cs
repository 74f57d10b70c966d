using System.Text;
using Relay.Dns;
using Relay.Routing.Clients;
using Relay.Routing.Tls;
using Relay.Routing.Tracing;
using Relay.Routing.Verdicts;
using Relay.Tables;
using Relay.Tables.Access;

namespace Relay.Routing.Access;

/// <summary>
/// Sendmail's check_rcpt: the blocklist for recipients, then who may relay. The first rule that hits decides, and any
/// one permission is enough: that of the client or that of the recipient's domain. Allocates nothing on acceptance
/// where no MX must be asked. Thread-safe.
/// </summary>
internal sealed class RecipientCheck(IDnsResolver dns)
{
    private const string Check = "check_rcpt";

    /// <summary>More domains inside, <c>a%b%c…</c>, and only the client's own right counts.</summary>
    private const int StripMax = 8;

    /// <param name="snapshot">The rules.</param>
    /// <param name="client">The client.</param>
    /// <param name="reversePath">For relay_mail_from and relay_local_from.</param>
    /// <param name="forwardPath">The mailbox without brackets.</param>
    /// <param name="trace">Takes what was consulted; null for none.</param>
    /// <param name="cancellation">The client is gone.</param>
    /// <returns>Allow if further checks are to be skipped (an authenticated client).</returns>
    public ValueTask<Verdict> CheckAsync(
        RoutingSnapshot snapshot,
        ClientFacts client,
        ReadOnlyMemory<byte> reversePath,
        ReadOnlyMemory<byte> forwardPath,
        DecisionTrace? trace,
        CancellationToken cancellation)
    {
        if (trace is not null)
        {
            trace.Check = Check;
        }

        if (forwardPath.IsEmpty)
        {
            return Done(Verdict.Refuse(ReplyText.Compose("553 5.0.0 User address required", null)));
        }

        byte[]? heldReason = null;
        bool tableFailed = false;
        Span<byte> scratch = stackalloc byte[2 * AddressParts.ScratchLength];
        AddressParts recipient = Strip(snapshot, forwardPath.Span, scratch, trace);
        if (snapshot.Options.BlocklistRecipients)
        {
            Verdict blocked = CheckBlocklist(snapshot, recipient, forwardPath, trace);
            if (blocked.Kind is VerdictKind.Refuse or VerdictKind.Discard)
            {
                return Done(blocked);
            }

            heldReason = blocked.Kind == VerdictKind.Hold ? blocked.Text : null;
        }

        if (TlsRules.MayRelay(snapshot, client, trace))
        {
            trace?.Add("certificate", client.Name, "may relay; no further checks");
            return Done(Verdict.Allow);
        }

        if (client.IsAuthenticated)
        {
            trace?.Add("authenticated", client.Name, "may relay; no further checks");
            return Done(Verdict.Allow);
        }

        if (snapshot.Options.PromiscuousRelay)
        {
            trace?.Add("promiscuous_relay", forwardPath.Span, "everything is relayed");
            return Done(Accepted(heldReason));
        }

        if (IsServed(snapshot, recipient, ref tableFailed, trace))
        {
            return Done(Accepted(heldReason));
        }

        if (snapshot.Options.RelayBasedOnMx && recipient.IsQualified && !recipient.Domain.IsEmpty)
        {
            string domain = Encoding.UTF8.GetString(recipient.Domain);
            return AskMxAsync(
                snapshot, client, reversePath, forwardPath, domain, tableFailed, heldReason, trace, cancellation);
        }

        return Done(CheckClient(
            snapshot, client, reversePath.Span, forwardPath, recipient.IsQualified, tableFailed, heldReason, trace));
    }

    private static ValueTask<Verdict> Done(Verdict verdict) => ValueTask.FromResult(verdict);

    private static Verdict Accepted(byte[]? heldReason) =>
        heldReason is null ? Verdict.Accept : Verdict.Hold(heldReason);

    /// <summary>
    /// Step 1: as long as the domain is one that we serve and the local part holds another one behind <c>%</c>,
    /// <c>!</c> or <c>@</c>, the other one decides. With loose_relay_check the domain alone does.
    /// </summary>
    private static AddressParts Strip(
        RoutingSnapshot snapshot, ReadOnlySpan<byte> mailbox, Span<byte> scratch, DecisionTrace? trace)
    {
        AddressParts recipient = AddressParts.Of(snapshot, mailbox, scratch);
        if (snapshot.Options.LooseRelayCheck || recipient.LocalPart.IndexOfAny("%!@"u8) < 0)
        {
            return recipient;
        }

        Span<byte> rest = scratch[AddressParts.ScratchLength..];
        bool failed = false;
        for (int i = 0; ; i++)
        {
            bool isServed = !recipient.IsQualified || IsServed(snapshot, recipient, ref failed, trace: null);
            // The other half holds the last domain.
            Span<byte> half = (i & 1) == 0 ? rest : rest[DomainName.LengthMax..];
            if (!isServed || !recipient.TryStrip(snapshot, half, out AddressParts inner))
            {
                return recipient;
            }

            if (i == StripMax)
            {
                trace?.Add("percent hack", mailbox, "more domains inside than are looked into: none of them is ours");
                return AddressParts.Nowhere;
            }

            trace?.Add("percent hack", mailbox, $"{Encoding.UTF8.GetString(recipient.Domain)} is ours: what decides is "
                + Encoding.UTF8.GetString(inner.Domain));
            recipient = inner;
        }
    }

    /// <summary>Step 2: access To: by full address, user@ for our own domains, and domain.</summary>
    private static Verdict CheckBlocklist(
        RoutingSnapshot snapshot, AddressParts recipient, ReadOnlyMemory<byte> forwardPath, DecisionTrace? trace)
    {
        bool isLocal = !recipient.IsQualified || snapshot.IsLocal(recipient.Domain);
        LookupResult result = snapshot.Access.FindMailbox(
            AccessTag.To, recipient.LocalPart, recipient.Domain, userKey: isLocal, out AccessHit hit);
        trace?.AddLookup("access To: (blocklist_recipients)", forwardPath.Span, result, hit.Entry);
        return AccessVerdict.Of(result, hit, snapshot.RecipientRejection, forwardPath);
    }

    /// <summary>Steps 5 to 7: the recipient's domain is ours or one that we relay to.</summary>
    private static bool IsServed(
        RoutingSnapshot snapshot, AddressParts recipient, ref bool tableFailed, DecisionTrace? trace)
    {
        if (!recipient.IsQualified || recipient.Domain.IsEmpty)
        {
            return false;
        }

        if (snapshot.IsLocal(recipient.Domain, trace) || snapshot.IsRelayName(recipient.Domain, trace))
        {
            return true;
        }

        AccessHit hit;
        if (snapshot.Options.RelayToFullAddress)
        {
            LookupResult full = snapshot.Access.FindFullAddress(
                AccessTag.To, recipient.LocalPart, recipient.Domain, out hit);
            trace?.AddLookup("access To: (relaytofulladdress)", recipient.LocalPart, full, hit.Entry);
            if (IsRelay(full, hit, ref tableFailed))
            {
                return true;
            }
        }

        LookupResult result = snapshot.Access.FindName(
            AccessTag.To, recipient.Domain, snapshot.Options.RelayHostsOnly, out hit);
        trace?.AddLookup("access To:", recipient.Domain, result, hit.Entry);
        return IsRelay(result, hit, ref tableFailed);
    }

    /// <summary>Step 8, relay_based_on_MX: one of the domain's exchanges has one of our names.</summary>
    private async ValueTask<Verdict> AskMxAsync(
        RoutingSnapshot snapshot,
        ClientFacts client,
        ReadOnlyMemory<byte> reversePath,
        ReadOnlyMemory<byte> forwardPath,
        string domain,
        bool tableFailed,
        byte[]? heldReason,
        DecisionTrace? trace,
        CancellationToken cancellation)
    {
        DnsAnswer answer = await dns.QueryAsync(domain, DnsRecordType.Mx, cancellation);
        if (answer.Status == DnsStatus.TemporaryFailure)
        {
            trace?.Add("relay_based_on_MX", domain, "temporary failure");
            return Verdict.Refuse(ReplyText.Compose(
                $"450 4.4.0 Can not check MX records for recipient host {domain}", forwardPath));
        }

        MxRecord? ours = answer.Exchanges.Cast<MxRecord?>().FirstOrDefault(
            mx => snapshot.IsLocal(Encoding.UTF8.GetBytes(mx!.Value.Exchange.ToLowerInvariant())));
        trace?.Add("relay_based_on_MX", domain, ours is { } mx ? $"{mx.Exchange} is ours: relayed" : "no match");
        return ours is not null
            ? Accepted(heldReason)
            : CheckClient(
                snapshot, client, reversePath.Span, forwardPath, isQualified: true, tableFailed, heldReason, trace);
    }

    /// <summary>Steps 9 to 14: a name without a domain is local; else the client must be one that may relay.</summary>
    private static Verdict CheckClient(
        RoutingSnapshot snapshot,
        ClientFacts client,
        ReadOnlySpan<byte> reversePath,
        ReadOnlyMemory<byte> forwardPath,
        bool isQualified,
        bool tableFailed,
        byte[]? heldReason,
        DecisionTrace? trace)
    {
        if (!isQualified)
        {
            trace?.Add("recipient without domain", forwardPath.Span, "local: accepted from anyone");
            return Accepted(heldReason);
        }

        if (ClientRelayRight.ByAddress(snapshot, client, ref tableFailed, trace)
            || ClientRelayRight.BySender(snapshot, reversePath, ref tableFailed, trace))
        {
            return Accepted(heldReason);
        }

        if (client.Resolution != ClientResolution.Ok)
        {
            trace?.Add("client_resolve", client.AddressText, client.Resolution.ToString());
            return tableFailed ? TableFailure(forwardPath) : Refuse(NameTrouble(client), forwardPath);
        }

        if (ClientRelayRight.ByName(snapshot, client, ref tableFailed, trace))
        {
            return Accepted(heldReason);
        }

        trace?.Add("relay", forwardPath.Span, "nothing permits it");
        return tableFailed
            ? TableFailure(forwardPath)
            : Verdict.Refuse(ReplyText.Compose(snapshot.RelayDenial, forwardPath));
    }

    private static string NameTrouble(ClientFacts client) => client.Resolution switch
    {
        ClientResolution.Temp =>
            $"450 4.4.0 Relaying temporarily denied. Cannot resolve PTR record for {client.AddressText}",
        ClientResolution.Forged => $"550 5.7.1 Relaying denied. IP name possibly forged [{client.AddressText}]",
        _ => $"550 5.7.1 Relaying denied. IP name lookup failed [{client.AddressText}]",
    };

    private static bool IsRelay(LookupResult result, in AccessHit hit, ref bool tableFailed)
    {
        tableFailed |= result == LookupResult.TemporaryFailure;
        return result == LookupResult.Found && hit.Value.Kind == AccessValueKind.Relay;
    }

    private static Verdict TableFailure(ReadOnlyMemory<byte> named) =>
        Verdict.Refuse(ReplyText.Compose(AccessVerdict.TemporaryFailure, named));

    private static Verdict Refuse(string text, ReadOnlyMemory<byte> named) =>
        Verdict.Refuse(ReplyText.Compose(text, named));
}
