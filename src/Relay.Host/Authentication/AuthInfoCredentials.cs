using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Relay.Delivery.Authentication;
using Relay.Dns;
using Relay.Routing;
using Relay.Sasl;
using Relay.Sasl.Client;
using Relay.Tables;
using Relay.Tables.Access;
using Relay.Tables.Authentication;

namespace Relay.Host.Authentication;

/// <summary>
/// Credentials out of the tables in force: <c>authinfo</c> by its three exact look-ups, and, where that table is empty,
/// <c>AuthInfo:</c> of <c>access</c> with its walk over parent domains and networks (Sendmail: the same). The entry for
/// any server is not for exchanges, which strangers' DNS names (Sendmail: it is). Thread-safe.
/// </summary>
internal sealed class AuthInfoCredentials(RoutingHolder rules, IHostResolver hosts, TimeProvider time)
    : ICredentialSource, IDisposable
{
    private const string FilePrefix = "file:";
    private const string EndpointPrefix = "oauth:";

    /// <summary>What was made of an entry lives as long as the entry: computed keys stay.</summary>
    private readonly ConditionalWeakTable<AuthInfoEntry, ServerCredentials> _made = [];

    /// <summary>Entries of <c>access</c>, which keeps its values as text, by value.</summary>
    private readonly ConditionalWeakTable<AccessTable, ConcurrentDictionary<string, AuthInfoEntry>> _parsed = [];

    /// <summary>By path, so that a token outlives a change of the table.</summary>
    private readonly ConcurrentDictionary<string, TokenEndpointSource> _endpoints = new(StringComparer.Ordinal);

    public ServerCredentials? Find(string server, IPAddress? address, bool isExchange)
    {
        AuthInfoEntry? entry = FindEntry(rules.Current.Tables, server, address, isExchange);
        return entry is null ? null : _made.GetValue(entry, Make);
    }

    public void Dispose()
    {
        foreach (TokenEndpointSource endpoint in _endpoints.Values)
        {
            endpoint.Dispose();
        }
    }

    private AuthInfoEntry? FindEntry(
        Relay.Tables.Loading.TableSet tables, string server, IPAddress? address, bool isExchange)
    {
        if (tables.AuthInfo.Count > 0)
        {
            return tables.AuthInfo.Find(server, address, withDefault: !isExchange);
        }

        byte[] name = Encoding.UTF8.GetBytes(server);
        LookupResult result = address is not null && name.Length > 0 && !IPAddress.TryParse(server, out _)
            ? tables.Access.FindClient(AccessTag.AuthInfo, name, address, out AccessHit hit)
            : FindByAddress(tables.Access, address, out hit);
        if (result != LookupResult.Found || (isExchange && IsDefault(tables.Access, hit)))
        {
            return null;
        }

        byte[] value = hit.Value.Text.ToArray();
        return _parsed.GetOrCreateValue(tables.Access).GetOrAdd(
            Encoding.UTF8.GetString(value),
            static (_, octets) => AuthInfoEntry.TryParse(octets, out AuthInfoEntry? parsed, out string error)
                ? parsed!
                : throw new InvalidOperationException(error), // the table was not taken otherwise
            value);
    }

    private static bool IsDefault(AccessTable access, in AccessHit hit) =>
        access.FindExact(AccessTag.AuthInfo, default, out AccessHit any) == LookupResult.Found
        && any.Entry.Key.Span.SequenceEqual(hit.Entry.Key.Span);

    private static LookupResult FindByAddress(AccessTable access, IPAddress? address, out AccessHit hit)
    {
        hit = default;
        LookupResult result = address is null
            ? LookupResult.NotFound
            : access.FindAddress(AccessTag.AuthInfo, address, out hit);
        return result == LookupResult.NotFound ? access.FindExact(AccessTag.AuthInfo, default, out hit) : result;
    }

    private ServerCredentials Make(AuthInfoEntry entry)
    {
        SaslMechanisms named = MechanismNames.ParseList(Encoding.UTF8.GetBytes(entry.Mechanisms));
        SaslMechanisms allowed = entry.Mechanisms.Length == 0 ? SaslMechanisms.All : named;
        return entry.TokenSource is { } source
            ? new ServerCredentials(entry.AuthId, entry.User, TokensOf(source), allowed)
            : new ServerCredentials(
                new SaslSecret(entry.AuthId, Encoding.UTF8.GetBytes(entry.Password!), entry.User), allowed);
    }

    private ITokenSource TokensOf(string source) => source.StartsWith(FilePrefix, StringComparison.Ordinal)
        ? new FileTokenSource(source[FilePrefix.Length..])
        : _endpoints.GetOrAdd(
            source[EndpointPrefix.Length..], path => new TokenEndpointSource(path, hosts, time));
}
