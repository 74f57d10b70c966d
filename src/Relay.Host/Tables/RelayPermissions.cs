using System.Net;

namespace Relay.Host.Tables;

/// <summary>
/// Who may relay and where to: <c>relay-domains</c> and the RELAY lines of <c>access</c>. Immutable once loaded;
/// lookups
/// allocate nothing.
/// </summary>
internal sealed class RelayPermissions
{
    private const string ToTag = "to:";
    private const string ConnectTag = "connect:";

    private readonly DomainSet _recipientDomains = new();
    private readonly DomainSet _clientDomains = new();
    private readonly AddressPrefixSet _clients = new();

    public int Count => _recipientDomains.Count + _clients.Count;

    public static RelayPermissions Load(string relayDomainsPath, string accessPath, List<TableError> errors)
    {
        var permissions = new RelayPermissions();
        permissions.LoadRelayDomains(relayDomainsPath, errors);
        permissions.LoadAccess(accessPath, errors);
        return permissions;
    }

    public bool MayRelayFrom(IPAddress client) => _clients.Contains(client);

    /// <param name="folded">The confirmed name of the client.</param>
    public bool MayRelayFrom(ReadOnlySpan<byte> folded, bool exact) => _clientDomains.Contains(folded, exact);

    public bool MayRelayTo(ReadOnlySpan<byte> folded, bool exact) => _recipientDomains.Contains(folded, exact);

    private void LoadRelayDomains(string path, List<TableError> errors)
    {
        foreach (TableLine word in TableFile.ReadWords(path, errors))
        {
            if (AddressPrefixSet.IsAddressLike(word.Key))
            {
                // In this class, unlike in access, a dot at the end of a prefix is usual and matches.
                if (!_clients.TryAdd(word.Key.TrimEnd('.'), out string error))
                {
                    errors.Add(new TableError(path, word.Number, error));
                }
            }
            else if (DomainName.TryNormalize(word.Key, out string domain))
            {
                _recipientDomains.Add(domain);
                _clientDomains.Add(domain);
            }
            else
            {
                errors.Add(
                    new TableError(path, word.Number, $"\"{word.Key}\" is neither a domain nor an address prefix"));
            }
        }
    }

    private void LoadAccess(string path, List<TableError> errors)
    {
        foreach (TableLine line in TableFile.ReadPairs(path, errors))
        {
            if (!string.Equals(line.Value, "RELAY", StringComparison.OrdinalIgnoreCase))
            {
                errors.Add(new TableError(
                    path, line.Number, $"unknown value \"{line.Value}\": this version knows RELAY only"));
                continue;
            }

            if (!TryAddAccess(line.Key, out string error))
            {
                errors.Add(new TableError(path, line.Number, error));
            }
        }
    }

    private bool TryAddAccess(string key, out string error)
    {
        bool to = key.StartsWith(ToTag, StringComparison.Ordinal);
        bool connect = key.StartsWith(ConnectTag, StringComparison.Ordinal);
        string name = to ? key[ToTag.Length..] : connect ? key[ConnectTag.Length..] : key;
        if (name.Contains('@', StringComparison.Ordinal))
        {
            error = $"\"{key}\": RELAY is given to a domain or an address prefix, not to a mailbox";
            return false;
        }

        int colon = name.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && name[..colon] != "ipv6" && !name[..colon].All(char.IsAsciiHexDigit))
        {
            error = $"\"{key}\": unknown tag \"{name[..colon]}:\"; this version knows To: and Connect:";
            return false;
        }

        if (!to && AddressPrefixSet.IsAddressLike(name))
        {
            return _clients.TryAdd(name, out error);
        }

        if (!DomainName.TryNormalize(name, out string domain) || AddressPrefixSet.IsAddressLike(name))
        {
            error = $"\"{key}\" is neither To: with a domain nor an address prefix such as 192.168.2";
            return false;
        }

        // An untagged domain counts for both sides, as the look-up order of access has it.
        if (!connect)
        {
            _recipientDomains.Add(domain);
        }

        if (!to)
        {
            _clientDomains.Add(domain);
        }

        error = string.Empty;
        return true;
    }
}
