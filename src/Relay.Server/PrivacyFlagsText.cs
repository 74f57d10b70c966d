using System.Text;

namespace Relay.Server;

/// <summary>Privacy flags as Sendmail writes them: names with commas or spaces between them.</summary>
public static class PrivacyFlagsText
{
    private static readonly PrivacyFlags[] Single =
        [.. Enum.GetValues<PrivacyFlags>().Where(static flag => System.Numerics.BitOperations.IsPow2((int)flag))];

    /// <summary>The names there are, for messages to users.</summary>
    public static string Names { get; } =
        string.Join(", ", Enum.GetNames<PrivacyFlags>().Select(static name => name.ToLowerInvariant()));

    /// <param name="unknown">If false: the word that is none.</param>
    public static bool TryParse(string text, out PrivacyFlags flags, out string unknown)
    {
        flags = PrivacyFlags.Public;
        unknown = string.Empty;
        foreach (string word in text.Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (!char.IsAsciiLetter(word[0]) || !Enum.TryParse(word, ignoreCase: true, out PrivacyFlags flag))
            {
                unknown = word;
                return false;
            }

            flags |= flag;
        }

        return true;
    }

    public static string Write(PrivacyFlags flags)
    {
        if (flags == PrivacyFlags.Public)
        {
            return "public";
        }

        var text = new StringBuilder();
        foreach (PrivacyFlags flag in Single)
        {
            if ((flags & flag) != 0)
            {
                text.Append(text.Length > 0 ? "," : string.Empty).Append(flag.ToString().ToLowerInvariant());
            }
        }

        return text.ToString();
    }
}
