using System.Net;
using System.Net.Sockets;

namespace Relay.Host.Options;

/// <summary>Addresses and networks as configured; equal lists are equal.</summary>
/// <param name="Text">Them with blanks between them.</param>
/// <param name="Networks">A single address is a network of one.</param>
internal sealed record NetworksSetting(string Text, IReadOnlyList<IPNetwork> Networks)
{
    public const string Expected = "addresses and networks such as 192.0.2.1, 10.0.0.0/8 or 2001:db8::/32";

    public static NetworksSetting None { get; } = new(string.Empty, []);

    public bool Equals(NetworksSetting? other) => other is not null && other.Text == Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public static bool TryParse(string text, out NetworksSetting value)
    {
        value = None;
        WordsSetting words = WordsSetting.Of(text);
        var networks = new List<IPNetwork>();
        foreach (string word in words.Words)
        {
            if (!TryOne(word, out IPNetwork network))
            {
                return false;
            }

            networks.Add(network);
        }

        value = networks.Count == 0 ? None : new NetworksSetting(words.Text, networks);
        return true;
    }

    private static bool TryOne(string word, out IPNetwork network)
    {
        network = default;
        int slash = word.IndexOf('/', StringComparison.Ordinal);
        string text = slash < 0 ? word : word[..slash];
        if (!IPAddress.TryParse(text, out IPAddress? address)
            || (address.AddressFamily == AddressFamily.InterNetwork && address.ToString() != text)
            || address.IsIPv4MappedToIPv6)
        {
            return false;
        }

        if (slash >= 0)
        {
            return IPNetwork.TryParse(word, out network);
        }

        network = new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
        return true;
    }
}
