using System.Text;
using Relay.Tables.Access;

namespace Relay.Tables.Checks;

/// <summary>
/// Rewrites an access file so that each key has a tag, without a change in what it decides: RELAY gets
/// <c>Connect:</c> and <c>To:</c>, everything else <c>Connect:</c>, <c>From:</c> and <c>To:</c>, as far as the key can
/// be found there; a tagged entry that is there already wins, as it does in the look-up. One effect is given up on
/// purpose: an untagged RELAY accepted senders in the domain unchecked, though anyone can claim to be one. Comments,
/// blank lines and lines that cannot be read stay as they are.
/// </summary>
public static class TagMigration
{
    private static readonly AccessTag[] s_all = [AccessTag.Connect, AccessTag.From, AccessTag.To];
    private static readonly AccessTag[] s_relay = [AccessTag.Connect, AccessTag.To];
    private static readonly AccessTag[] s_mailbox = [AccessTag.From, AccessTag.To];
    private static readonly AccessTag[] s_address = [AccessTag.Connect];

    /// <summary>Rewrites the text of an access file.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="rewritten">How many entries had no tag.</param>
    public static string Migrate(string text, out int rewritten)
    {
        string[] lines = text.Split('\n');
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (string line in lines)
        {
            if (TrySplit(line, out string key, out _, out _))
            {
                keys.Add(key.ToLowerInvariant());
            }
        }

        rewritten = 0;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var result = new List<string>(lines.Length);
        foreach (string line in lines)
        {
            if (!TrySplit(line, out string key, out string white, out string value)
                || !IsUntagged(key.ToLowerInvariant()))
            {
                result.Add(line);
                continue;
            }

            rewritten++;
            if (!seen.Add(key.ToLowerInvariant()))
            {
                result.Add($"# {line}");
                continue;
            }

            foreach (AccessTag tag in TagsOf(key.ToLowerInvariant(), value))
            {
                if (!keys.Contains((tag.Written() + key).ToLowerInvariant()))
                {
                    result.Add(tag.Written() + key + white + value);
                }
            }
        }

        return string.Join('\n', result);
    }

    /// <summary>The tags that an untagged entry stands for.</summary>
    internal static IReadOnlyList<AccessTag> TagsOf(string key, string value)
    {
        if (key.Contains('@', StringComparison.Ordinal))
        {
            return s_mailbox;
        }

        if (AddressKey.IsAddressLike(Encoding.UTF8.GetBytes(key)))
        {
            return s_address;
        }

        bool isRelay = value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .All(static word => word.Equals("RELAY", StringComparison.OrdinalIgnoreCase));
        return isRelay ? s_relay : s_all;
    }

    /// <summary>True if a folded key has no tag.</summary>
    internal static bool IsUntagged(string key) =>
        AccessTags.TryOf(Encoding.UTF8.GetBytes(key), out _, out int length) && length == 0;

    private static bool TrySplit(string line, out string key, out string white, out string value)
    {
        key = white = value = string.Empty;
        string trimmed = line.TrimEnd();
        if (trimmed.Length == 0 || trimmed[0] is '#' or ' ' or '\t')
        {
            return false;
        }

        int end = trimmed.AsSpan().IndexOfAny(' ', '\t');
        if (end < 0)
        {
            return false;
        }

        int start = end + trimmed.AsSpan(end).IndexOfAnyExcept(' ', '\t');
        key = trimmed[..end];
        white = trimmed[end..start];
        value = line[start..];
        return true;
    }
}
