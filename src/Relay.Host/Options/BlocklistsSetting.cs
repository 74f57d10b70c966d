using System.Net;
using System.Net.Sockets;
using Relay.Routing.Options;
using Relay.Routing.Verdicts;
using Relay.Tables;

namespace Relay.Host.Options;

/// <summary>
/// Lists of unwanted clients as configured, one on each line: <c>zone | text | temporary text | answers</c>, the parts
/// from the second on optional. The parts are the arguments of Sendmail's <c>dnsbl</c> and <c>enhdnsbl</c>.
/// </summary>
internal sealed record BlocklistsSetting(string Text, IReadOnlyList<DnsBlocklist> Lists)
{
    public const string Expected =
        "a list of strings \"zone\" or \"zone | text | temporary text | answers\", such as "
        + "\"bl.example.org | 550 Mail from $&{client_addr} refused | t | 127.0.0.2 127.0.0.3\"";

    private const int PartsMax = 4;

    public static BlocklistsSetting None { get; } = new(string.Empty, []);

    public static bool TryParse(string text, out BlocklistsSetting value)
    {
        value = None;
        var lists = new List<DnsBlocklist>();
        const StringSplitOptions Options = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        foreach (string line in text.Split('\n', Options))
        {
            if (!TryOne(line, out DnsBlocklist? list))
            {
                return false;
            }

            lists.Add(list!);
        }

        value = new BlocklistsSetting(text, lists);
        return true;
    }

    public bool Equals(BlocklistsSetting? other) => other is not null && Text == other.Text;

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);

    private static bool TryOne(string line, out DnsBlocklist? list)
    {
        list = null;
        string[] parts = line.Split('|', StringSplitOptions.TrimEntries);
        string PartOf(int index) => index < parts.Length ? parts[index] : string.Empty;
        string[] answers = PartOf(3).Split((char[])[' ', ','], StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length > PartsMax || !DomainName.TryNormalize(PartOf(0).TrimEnd('.'), out string zone)
            || !IsText(PartOf(1), "discard", "quarantine") || !IsText(PartOf(2), "t", "t")
            || !answers.All(static a => IPAddress.TryParse(a, out IPAddress? address)
                && address.AddressFamily == AddressFamily.InterNetwork))
        {
            return false;
        }

        list = new DnsBlocklist
        {
            Zone = zone,
            Text = PartOf(1),
            TemporaryText = PartOf(2),
            Answers = answers,
        };
        return true;
    }

    private static bool IsText(string text, string first, string second) =>
        text.Length == 0 || text == first || text == second || ReplyText.IsReply(text.Trim('"'));
}
