using System.Net;
using System.Text;
using Relay.Tables.Text;

namespace Relay.Tables.Authentication;

/// <summary>
/// <c>authinfo</c>: how this relay authenticates to servers. Exactly three look-ups, none of them of a parent domain
/// (Sendmail: FEATURE(authinfo)). Immutable and thread-safe.
/// </summary>
public sealed class AuthInfoTable
{
    private const string Tag = "authinfo:";

    private readonly TextTable? _table;
    private readonly AuthInfoEntry[] _entries;

    private AuthInfoTable(TextTable? table, AuthInfoEntry[] entries)
    {
        _table = table;
        _entries = entries;
    }

    public static AuthInfoTable Empty { get; } = new(null, []);

    public int Count => _entries.Length;

    /// <summary>
    /// The entry for a server: <c>AuthInfo:server.name</c>, <c>AuthInfo:1.2.3.4</c> (or <c>AuthInfo:IPv6:…</c>),
    /// <c>AuthInfo:</c>; null if there is none.
    /// </summary>
    /// <param name="server">The name connected to, without a dot at its end; empty if there is none.</param>
    /// <param name="address">Its address; null for a Unix-domain socket.</param>
    /// <param name="withDefault">False leaves <c>AuthInfo:</c> out.</param>
    public AuthInfoEntry? Find(string server, IPAddress? address, bool withDefault = true)
    {
        if (_table is null || _entries.Length == 0)
        {
            return null;
        }

        return (server.Length > 0 ? Find(server) : null)
            ?? (address is null ? null : Find(TextOf(address)))
            ?? (withDefault ? Find(string.Empty) : null);
    }

    /// <summary>An address as Sendmail writes it.</summary>
    internal static string TextOf(IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? $"IPv6:{new IPAddress(address.GetAddressBytes())}"
            : $"{address}";

    /// <summary>Reads a file; what is wrong goes to <paramref name="problems"/>.</summary>
    internal static AuthInfoTable Read(TableText text, ProblemList problems)
    {
        var builder = new TextTableBuilder("authinfo", text, problems);
        var entries = new List<AuthInfoEntry>();
        foreach (PairLine line in new PairReader(text, problems, isSecret: true))
        {
            if (!text.Octets.AsSpan(line.KeyAt, line.KeyLength).StartsWith("authinfo:"u8))
            {
                problems.Warn(line.Number, "the key does not begin with AuthInfo: and is never looked up");
            }

            if (AuthInfoEntry.TryParse(
                text.Octets.AsSpan(line.ValueAt, line.ValueLength), out AuthInfoEntry? entry, out string error))
            {
                builder.Add(line, line.KeyLength, entries.Count);
                entries.Add(entry!);
            }
            else
            {
                problems.Error(line.Number, error);
            }
        }

        return new AuthInfoTable(builder.Build(), [.. entries]);
    }

    private AuthInfoEntry? Find(string key)
    {
        byte[] octets = Encoding.UTF8.GetBytes(Tag + key);
        PairReader.ToLower(octets);
        int place = _table!.PlaceOf(octets);
        return place < 0 ? null : _entries[_table.PayloadAt(place)];
    }
}
