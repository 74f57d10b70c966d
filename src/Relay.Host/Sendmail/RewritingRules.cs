using System.Buffers;
using System.Text;
using Relay.Dns;
using Relay.Routing;
using Relay.Routing.Masquerading;
using Relay.Routing.Tracing;
using Relay.Tables;

namespace Relay.Host.Sendmail;

/// <summary>
/// Sendmail's rulesets, as far as test mode asks for them: what this relay does with an address, written as the
/// rewriting of its words. There are no rules inside, so a ruleset calls no other.
/// </summary>
internal sealed class RewritingRules(
    RoutingSnapshot rules, AddressTester tester, IDnsResolver dns, DebugTrace debug)
{
    private const string Operators = ".:%@!^/[]<>(),;\"";

    /// <summary>The name behind a ruleset's number; null if there is no such ruleset.</summary>
    public static string? NameOf(string ruleset) => ruleset.Trim() switch
    {
        "0" or "parse" => "parse",
        "1" => "1",
        "2" => "2",
        "3" or "canonify" => "canonify",
        "4" or "final" => "final",
        _ => null,
    };

    /// <summary>An address split at its operators, with blanks between the words.</summary>
    public static string Words(string address)
    {
        var words = new StringBuilder(address.Length * 2);
        foreach (char c in address)
        {
            bool isOperator = Operators.Contains(c, StringComparison.Ordinal);
            if (isOperator || c == ' ')
            {
                _ = words.Length > 0 && words[^1] != ' ' ? words.Append(' ') : words;
                _ = isOperator ? words.Append(c).Append(' ') : words;
                continue;
            }

            words.Append(c);
        }

        return words.ToString().Trim();
    }

    /// <summary>The inverse of <see cref="Words"/>.</summary>
    public static string Joined(string words) => words.Replace(" ", string.Empty, StringComparison.Ordinal);

    /// <param name="name">As <see cref="NameOf"/> gave it.</param>
    /// <param name="words">The work space, blanks between its words.</param>
    public async Task<string> RunAsync(string name, string words) => name switch
    {
        "canonify" => await CanonifyAsync(words),
        "parse" => await ParseAsync(words),
        "final" => Final(words),
        _ => words,
    };

    /// <summary>The address without focus marks.</summary>
    public static string Final(string words) =>
        words.Replace(" < ", " ", StringComparison.Ordinal)
            .Replace(" . >", string.Empty, StringComparison.Ordinal)
            .Replace(" >", string.Empty, StringComparison.Ordinal);

    /// <summary>Ruleset 3: the domain in focus; a dot behind it says that it is known to be a name.</summary>
    private async Task<string> CanonifyAsync(string words)
    {
        string address = Joined(words).Trim('<', '>');
        int at = address.LastIndexOf('@');
        if (at < 0)
        {
            return Words(address);
        }

        string domain = await CanonicalAsync(address[(at + 1)..]);
        return $"{Words(address[..at])} < @ {Words(domain)} >";
    }

    private async Task<string> CanonicalAsync(string domain)
    {
        string bare = domain.TrimEnd('.');
        byte[] key = Encoding.ASCII.GetBytes(bare.ToLowerInvariant());
        LookupResult found = rules.Tables.Domaintable.Find(key, out TableEntry entry);
        var trace = new DecisionTrace();
        trace.AddLookup("domaintable", key, found, entry);
        debug.Print(trace.Steps);
        if (found == LookupResult.Found)
        {
            bare = Encoding.ASCII.GetString(entry.Value.Span);
        }

        return bare.StartsWith('[') || rules.IsLocal(bare) || await ExistsAsync(bare) ? $"{bare}." : bare;
    }

    private async Task<bool> ExistsAsync(string domain)
    {
        foreach (DnsRecordType type in (DnsRecordType[])[DnsRecordType.Mx, DnsRecordType.A, DnsRecordType.Aaaa])
        {
            DnsAnswer answer = await dns.QueryAsync(domain, type, CancellationToken.None);
            if (answer.Status == DnsStatus.Found)
            {
                return true;
            }

            if (answer.Status == DnsStatus.TemporaryFailure)
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Ruleset 0: mailer, host and user.</summary>
    private async Task<string> ParseAsync(string words)
    {
        string address = Joined(Final(words));
        AddressTarget target = (await tester.ResolveAsync(address, debug))[0];
        if (target.Refusal is { } refusal)
        {
            return $"$# error $: {refusal}";
        }

        int at = target.User.LastIndexOf('@');
        string user = at < 0
            ? Words(target.User)
            : $"{Words(target.User[..at])} < @ {Words($"{target.User[(at + 1)..].TrimEnd('.')}.")} >";
        string host = target.Host.Length > 0 ? $" $@ {Words(target.Host.TrimEnd('.'))}" : string.Empty;
        return $"$# {target.Mailer}{host} $: {user}";
    }

    /// <summary>What the rewriting of an envelope or header address makes of it (<c>/try</c>).</summary>
    public string Rewrite(string address, bool isHeader, bool isSender)
    {
        if (!isHeader)
        {
            return isSender && SenderRewriter.Rewrite(rules, Encoding.UTF8.GetBytes(address)) is { } path
                ? Encoding.UTF8.GetString(path)
                : address;
        }

        string field = isSender ? "From" : "To";
        var output = new ArrayBufferWriter<byte>();
        if (!HeaderRewriter.Rewrite(rules, Encoding.UTF8.GetBytes($"{field}: {address}\r\n\r\n"), output))
        {
            return address;
        }

        string text = Encoding.UTF8.GetString(output.WrittenSpan).TrimEnd();
        return text[(field.Length + 2)..];
    }
}
