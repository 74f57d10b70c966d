using System.Text;
using Relay.Sasl;

namespace Relay.Server.Authentication.Dovecot;

/// <summary>
/// A line of Dovecot's authentication protocol: words with tabs between them, in which octet 1 escapes (Dovecot:
/// "Authentication Protocol", versions 1.1 and 1.2). Stateless.
/// </summary>
internal static class DovecotLine
{
    /// <summary>The words of a line.</summary>
    public static string[] Split(string line) => [.. line.Split('\t').Select(Unescape)];

    /// <summary>The value of <c>name=value</c>; empty if there is none.</summary>
    public static string Value(string[] words, string name)
    {
        string head = name + "=";
        return Array.Find(words, word => word.StartsWith(head, StringComparison.Ordinal))?[head.Length..]
            ?? string.Empty;
    }

    /// <summary>OK, CONT and FAIL, of which the second word is the exchange's number.</summary>
    public static DovecotAnswer? ToAnswer(string[] words) => words[0] switch
    {
        "OK" => new DovecotAnswer(AuthenticationResult.Accepted, [], Value(words, "user")),
        "CONT" => ToChallenge(words),
        "FAIL" => words.Contains("temp") || Value(words, "code") == "temp_fail"
            ? DovecotAnswer.Unavailable("Dovecot reports a temporary failure") with { User = Value(words, "user") }
            : new DovecotAnswer(AuthenticationResult.Failed, [], Value(words, "user")),
        _ => null,
    };

    public static string Escape(string text) => text.AsSpan().ContainsAny("\u0001\0\t\r\n")
        ? new StringBuilder(text).Replace("\u0001", "\u00011").Replace("\0", "\u00010").Replace("\t", "\u0001t")
            .Replace("\r", "\u0001r").Replace("\n", "\u0001n").ToString()
        : text;

    private static DovecotAnswer ToChallenge(string[] words) =>
        words.Length > 2 && words[2].Length > 0
            ? Base64Line.TryDecode(Encoding.ASCII.GetBytes(words[2]), out byte[] challenge)
                ? new DovecotAnswer(AuthenticationResult.Challenge, challenge, string.Empty)
                : DovecotAnswer.Unavailable("Dovecot's challenge is not base64")
            : new DovecotAnswer(AuthenticationResult.Challenge, [], string.Empty);

    private static string Unescape(string word)
    {
        if (!word.Contains('\u0001', StringComparison.Ordinal))
        {
            return word;
        }

        var text = new StringBuilder(word.Length);
        for (int i = 0; i < word.Length; i++)
        {
            bool isEscape = word[i] == '\u0001' && i + 1 < word.Length;
            text.Append(isEscape
                ? word[++i] switch
                {
                    '1' => '\u0001',
                    '0' => '\0',
                    't' => '\t',
                    'r' => '\r',
                    'n' => '\n',
                    var other => other,
                }
                : word[i]);
        }

        return text.ToString();
    }
}
