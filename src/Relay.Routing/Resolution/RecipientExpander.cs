using System.Text;
using Relay.Routing.Access;
using Relay.Routing.Routes;
using Relay.Routing.Tracing;
using Relay.Routing.Verdicts;
using Relay.Smtp.Addressing;
using Relay.Tables;
using Relay.Tables.Addresses;
using Relay.Tables.Aliases;

namespace Relay.Routing.Resolution;

/// <summary>
/// The expansion of one recipient. Members of a list that turn out to be nobody, or a program or file, or a list that
/// cannot be read, are kept if others are somebody: they fail at delivery, and the list's owner hears of it. Used once,
/// by one thread at a time.
/// </summary>
internal sealed class RecipientExpander(RoutingSnapshot snapshot, byte[] recipient, DecisionTrace? trace)
{
    /// <summary>Sendmail: MAXRWLOOPS for virtusertable.</summary>
    private const int RewritesMax = 50;

    /// <summary>Sendmail: MaxAliasRecursion.</summary>
    internal const int AliasDepthMax = 10;

    /// <summary>A list of lists must end; more members than this are a mistake or an attack.</summary>
    private const int MembersMax = 100_000;

    private readonly List<ExpandedRecipient> _final = [];
    private readonly List<ExpandedRecipient> _nobody = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly HashSet<string> _expanded = new(StringComparer.Ordinal);
    private byte[]? _refusal;
    private byte[]? _deferral;
    private bool _isDropped;
    private bool _isTooLong;

    public async ValueTask<Expansion> RunAsync(CancellationToken cancellation)
    {
        await ResolveAsync(recipient, AliasFrame.None, cancellation);
        if (_isTooLong)
        {
            return Expansion.Refuse(Reply($"550 5.3.2 more than {MembersMax} members"));
        }

        if (_deferral is not null)
        {
            return Expansion.Refuse(_deferral); // half a list would be lost for good
        }

        if (_final.Count == 0 && (!_isDropped || _refusal is not null))
        {
            return Expansion.Refuse(_refusal ?? Reply("550 5.1.1 User unknown"));
        }

        _final.AddRange(_nobody);
        return _final is [{ ReversePath: null } only] && only.Address.AsSpan().SequenceEqual(recipient)
            ? Expansion.Unchanged
            : Expansion.To(_final);
    }

    /// <summary>Resolves one address: the recipient, or a member of an alias.</summary>
    private async ValueTask ResolveAsync(byte[] address, AliasFrame frame, CancellationToken cancellation)
    {
        for (int rewrites = 0; rewrites <= RewritesMax; rewrites++)
        {
            AddressText text = AddressText.Of(snapshot, address, trace);
            if (text.Domain is null)
            {
                await ResolveLocalAsync(text, frame, cancellation);
                return;
            }

            bool isLocal = snapshot.IsLocal(text.Domain, trace);

            if (isLocal || snapshot.IsVirtual(text.Domain))
            {
                LookupResult result = snapshot.Tables.Virtusertable.Find(text.Name, text.Domain, out AddressHit hit);
                trace?.AddLookup("virtusertable", address, result, hit.Entry);
                if (result == LookupResult.TemporaryFailure)
                {
                    Refuse(ReplyText.Compose(AccessVerdict.TemporaryFailure, recipient));
                    return;
                }

                if (result == LookupResult.Found && hit.IsError)
                {
                    RefuseMember(frame, ReplyText.Compose(hit.Reply, frame.Depth > 0 ? text.Whole : recipient));
                    return;
                }

                if (result == LookupResult.Found && Rewritten(hit, text.Name) is var next
                    && !next.AsSpan().SequenceEqual(address))
                {
                    address = next;
                    continue;
                }
            }

            await (isLocal
                ? ResolveLocalAsync(text, frame, cancellation)
                : ResolveRemoteAsync(text, frame, cancellation));
            return;
        }

        trace?.Add("virtusertable", address, $"rewritten {RewritesMax} times");
        RefuseMember(frame, Reply($"554 5.4.6 virtual addresses loop ({RewritesMax} rewrites max)"));
    }

    /// <summary>What stands for a parameter is a name: it gets quotes if it needs them.</summary>
    private static byte[] Rewritten(in AddressHit hit, byte[] name)
    {
        if (!hit.HasParameters)
        {
            return hit.Entry.Value.ToArray();
        }

        (byte[] local, byte[]? domain) = hit.Expand(name);
        return Mailbox.Compose(local, domain);
    }

    private async ValueTask ResolveRemoteAsync(AddressText text, AliasFrame frame, CancellationToken cancellation)
    {
        ResolvedTarget? target = snapshot.Routes.FindTarget(text.Domain, trace, out bool failed);
        if (failed)
        {
            Refuse(ReplyText.Compose(AccessVerdict.TemporaryFailure, recipient));
        }
        else if (target is { Route: null })
        {
            var local = new AddressText(target.LocalName ?? text.LocalPart, null, target.LocalName ?? text.Name);
            await ResolveLocalAsync(local, frame, cancellation);
        }
        else if (target is { IsError: true })
        {
            RefuseMember(text.Whole, frame, ReplyText.Compose(target.Route!.Text, recipient));
        }
        else
        {
            if (target is null)
            {
                trace?.Add("MX", text.Domain, snapshot.Routes.DirectRoute(text.Domain).Name);
            }

            Add(text.Whole, frame);
        }
    }

    private async ValueTask ResolveLocalAsync(AddressText text, AliasFrame frame, CancellationToken cancellation)
    {
        if (text.Name.Length == 0 || DirectText(text.Name) is not null)
        {
            string reason = text.Name.Length == 0 ? "553 5.1.3 User address required" : DirectText(text.Name)!;
            RefuseMember(frame, Reply(reason));
            return;
        }

        if (!frame.IsLiteral)
        {
            switch (AliasLookup.Find(snapshot, text, trace, out AliasHit alias))
            {
                case LookupResult.TemporaryFailure:
                    Refuse(ReplyText.Compose(AccessVerdict.TemporaryFailure, recipient));
                    return;
                case LookupResult.Found:
                    string name = Encoding.UTF8.GetString(alias.Entry.Key.Span);
                    if (!string.Equals(frame.Name, name, StringComparison.Ordinal))
                    {
                        await ExpandAsync(alias, name, text, frame, cancellation);
                        return;
                    }

                    trace?.Add("aliases", name, "names itself: delivered to that name");
                    break;
                default:
                    break;
            }
        }

        await ResolveNameAsync(text, frame, cancellation);
    }

    private async ValueTask ExpandAsync(
        AliasHit alias, string name, AddressText text, AliasFrame frame, CancellationToken cancellation)
    {
        if (frame.Depth >= AliasDepthMax || frame.Contains(name))
        {
            trace?.Add("aliases", name, "loop");
            RefuseMember(frame, Reply(
                $"554 5.4.6 aliasing/forwarding loop broken ({AliasDepthMax + 1} aliases deep; {AliasDepthMax} max)"));
            return;
        }

        if (!_expanded.Add(name))
        {
            return; // its members are there already
        }

        byte[]? owner =
            AliasLookup.OwnerOf(snapshot, alias.Entry.Key.Span, text.Domain, trace) ?? frame.Owner;
        await ResolveMembersAsync(alias.Targets, frame.Enter(name, owner), cancellation);
    }

    private async ValueTask ResolveMembersAsync(
        ReadOnlyMemory<AliasTarget> members, AliasFrame frame, CancellationToken cancellation)
    {
        for (int i = 0; i < members.Length && !_isTooLong; i++)
        {
            await ResolveMemberAsync(members.Span[i], frame, cancellation);
            _isTooLong |= _final.Count + _nobody.Count > MembersMax;
        }
    }

    private async ValueTask ResolveMemberAsync(AliasTarget member, AliasFrame frame, CancellationToken cancellation)
    {
        switch (member.Kind)
        {
            case AliasTargetKind.Include:
                await IncludeAsync(Encoding.UTF8.GetString(member.Text.Span), frame, cancellation);
                break;
            case AliasTargetKind.Literal:
                await ResolveAsync(member.Text.ToArray(), frame with { IsLiteral = true }, cancellation);
                break;
            case AliasTargetKind.Error:
                TableReply.TryParse(member.Text, keywords: true, out TableReply reply, out _);
                RefuseMember(frame, ReplyText.Compose(reply, recipient));
                break;
            case AliasTargetKind.Discard:
                trace?.Add("aliases", member.Text.Span, "dropped");
                _isDropped = true;
                break;
            case AliasTargetKind.Program or AliasTargetKind.File:
                trace?.Add("aliases", member.Text.Span, "programs and files are not served");
                string sign = member.Kind == AliasTargetKind.Program ? "|" : string.Empty;
                string unserved = sign + Encoding.UTF8.GetString(member.Text.Span);
                byte[] reason = Reply(UnservedMember.TextOf(Encoding.UTF8.GetBytes(unserved))!);
                RefuseMember(QualifiedOf(unserved), frame, reason);
                break;
            default:
                await ResolveAsync(member.Text.ToArray(), frame with { IsLiteral = false }, cancellation);
                break;
        }
    }

    /// <summary>A list in a file counts as one more alias, so that files that include each other end.</summary>
    private async ValueTask IncludeAsync(string path, AliasFrame frame, CancellationToken cancellation)
    {
        string name = $":include:{path}";
        if (frame.Depth >= AliasDepthMax || frame.Contains(name))
        {
            RefuseMember(frame, Reply(
                $"554 5.4.6 aliasing/forwarding loop broken ({AliasDepthMax + 1} aliases deep; {AliasDepthMax} max)"));
            return;
        }

        IncludeResult file = await snapshot.Includes.ReadAsync(path);
        cancellation.ThrowIfCancellationRequested();
        trace?.Add(
            "aliases",
            name,
            file.Outcome == IncludeOutcome.Read ? $"{file.Targets.Count} members" : file.Problems[0].Text,
            path);
        if (file.Outcome != IncludeOutcome.Read)
        {
            string code = file.Outcome == IncludeOutcome.Deferred ? "451 4.2.4" : "550 5.2.4";
            byte[] reply = Reply($"{code} Cannot open {path}: {file.Problems[0].Text}");
            RefuseMember(QualifiedOf(name), frame, reply);
            return;
        }

        await ResolveMembersAsync(file.Targets.ToArray(), frame.Enter(name, frame.Owner), cancellation);
    }

    /// <summary>A local name that is no alias: the hub's, the local relay's, the mailbox host's, or nobody's.</summary>
    private async ValueTask ResolveNameAsync(AddressText text, AliasFrame frame, CancellationToken cancellation)
    {
        ResolvedTarget? target = snapshot.Routes.LocalTarget(text.Name, text.Domain is not null, trace);
        if (target is { IsError: true })
        {
            RefuseMember(QualifiedOf(text), frame, ReplyText.Compose(target.Route!.Text, recipient));
        }
        else if (target is not null)
        {
            // Without a domain it stays so only where that makes a difference at delivery.
            bool staysUnqualified = snapshot.Options is { StickyHost: true, LocalRelay: not null };
            Add(text.Domain is null && staysUnqualified ? text.Whole : QualifiedOf(text), frame);
        }
        else if (Ascii.EqualsIgnoreCase(text.Name, "postmaster"u8))
        {
            trace?.Add("postmaster", text.Whole, snapshot.Options.Postmaster ?? "held: no address is configured");
            await ResolvePostmasterAsync(frame, cancellation);
        }
        else
        {
            RefuseMember(QualifiedOf(text), frame, Reply("550 5.1.1 User unknown"));
        }
    }

    /// <summary>
    /// Who is named as the postmaster may be an alias here; elsewhere, or if that leads nowhere, the name is kept and
    /// finds its address at delivery.
    /// </summary>
    private async ValueTask ResolvePostmasterAsync(AliasFrame frame, CancellationToken cancellation)
    {
        const string Name = ":postmaster:"; // no alias has it
        int known = _final.Count;
        int nobody = _nobody.Count;
        if (snapshot.Postmaster is { } named && Mailbox.TrySplit(named, out _, out ReadOnlySpan<byte> domain)
            && snapshot.IsLocal(Encoding.UTF8.GetString(domain)) && !frame.Contains(Name))
        {
            await ResolveAsync(named, frame.Enter(Name, frame.Owner), cancellation);
        }

        if (_final.Count == known && !_isDropped)
        {
            _nobody.RemoveRange(nobody, _nobody.Count - nobody);
            Add("postmaster"u8.ToArray(), frame);
        }
    }

    /// <summary>What a client may not name: lists, files and programs are for aliases.</summary>
    private static string? DirectText(ReadOnlySpan<byte> name) =>
        name.StartsWith(":include:"u8) ? "550 5.7.1 Cannot mail directly to :include:s"
        : name[0] == (byte)'|' ? "550 5.7.1 Cannot mail directly to programs"
        : name[0] == (byte)'/' ? "550 5.7.1 Cannot mail directly to files"
        : name.StartsWith(":error:"u8) ? "550 5.1.1 User unknown"
        : null;

    private byte[] QualifiedOf(AddressText text) =>
        text.Domain is not null ? text.Whole : [.. text.LocalPart, (byte)'@', .. snapshot.HostName];

    /// <summary>A name that is no local part as it stands, such as a file's, as an address.</summary>
    private byte[] QualifiedOf(string name) =>
        [.. Encoding.UTF8.GetBytes($"\"{name.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"@"), .. snapshot.HostName];

    private byte[] Reply(string text) => ReplyText.Compose(text, recipient);

    private void Refuse(byte[] reply)
    {
        if (reply[0] == (byte)'4')
        {
            _deferral ??= reply;
        }

        _refusal ??= reply;
    }

    /// <summary>A member that would be somebody else, or nobody, if it were looked at again at delivery.</summary>
    private void RefuseMember(AliasFrame frame, byte[] reply) =>
        RefuseMember(QualifiedOf(UnservedMember.NameOf(reply)), frame, reply);

    private void RefuseMember(byte[] address, AliasFrame frame, byte[] reply)
    {
        Refuse(reply);
        if (frame.Depth > 0 && _seen.Add(Encoding.UTF8.GetString(address)))
        {
            _nobody.Add(new ExpandedRecipient(address, frame.Owner));
        }
    }

    private void Add(byte[] address, AliasFrame frame)
    {
        if (_seen.Add(KeyOf(address)))
        {
            _final.Add(new ExpandedRecipient(address, frame.Owner));
        }
    }

    /// <summary>Domains are equal in any case, local parts are not.</summary>
    private static string KeyOf(byte[] address) =>
        Mailbox.TrySplit(address, out ReadOnlySpan<byte> localPart, out ReadOnlySpan<byte> domain)
            ? $"{Encoding.UTF8.GetString(localPart)}@{Encoding.UTF8.GetString(domain).ToLowerInvariant()}"
            : Encoding.UTF8.GetString(address);
}
