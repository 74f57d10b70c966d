using System.Text;

namespace Relay.Tables.Authentication;

/// <summary>
/// The value of an <c>AuthInfo:</c> entry (Sendmail: cf/README, "SMTP AUTHENTICATION"): words in quotes, each a letter,
/// <c>:</c> for text or <c>=</c> for base64, and what it stands for. Immutable; never prints what is secret.
/// </summary>
public sealed class AuthInfoEntry
{
    public const string Expected =
        "\"U:user\" or \"I:id\", and \"P:password\" or \"T:file:/path\" or \"T:oauth:/path\", each once; "
        + "\"R:realm\" and \"M:mechanisms\" may come with them, \"P=...\" is base64";

    private AuthInfoEntry(string user, string authId, string? password, string? tokenSource, string realm, string mechanisms)
    {
        User = user;
        AuthId = authId;
        Password = password;
        TokenSource = tokenSource;
        Realm = realm;
        Mechanisms = mechanisms;
    }

    /// <summary><c>U</c>: the authorization identity; that of <c>I</c> if it is not given.</summary>
    public string User { get; }

    /// <summary><c>I</c>: the authentication identity; that of <c>U</c> if it is not given.</summary>
    public string AuthId { get; }

    /// <summary><c>P</c>: the password; null if there is a token instead.</summary>
    public string? Password { get; }

    /// <summary><c>T</c>, our own: <c>file:</c> or <c>oauth:</c> and a path; null if there is a password.</summary>
    public string? TokenSource { get; }

    /// <summary><c>R</c>: the realm; empty if not given. No mechanism that we have asks for it.</summary>
    public string Realm { get; }

    /// <summary><c>M</c>: names with blanks between them; empty for all.</summary>
    public string Mechanisms { get; }

    public override string ToString() => AuthId;

    /// <summary>Reads a value.</summary>
    /// <param name="error">What is wrong, without what is secret.</param>
    public static bool TryParse(ReadOnlySpan<byte> value, out AuthInfoEntry? entry, out string error)
    {
        entry = null;
        var found = new Dictionary<char, string>();
        foreach (string word in Words(Encoding.UTF8.GetString(value), out error))
        {
            char letter = word.Length > 1 ? char.ToUpperInvariant(word[0]) : '\0';
            if (!"UIPRMT".Contains(letter, StringComparison.Ordinal) || word[1] is not (':' or '='))
            {
                error = $"a word of the entry begins with none of the letters of AuthInfo; expected {Expected}";
            }
            else if (!TryText(word, out string text))
            {
                error = $"what is behind \"{letter}=\" is not base64";
            }
            else if (!found.TryAdd(letter, text))
            {
                error = $"\"{letter}\" is given twice";
            }

            if (error.Length > 0)
            {
                return false;
            }
        }

        return error.Length == 0 && TryMake(found, out entry, out error);
    }

    private static bool TryMake(Dictionary<char, string> found, out AuthInfoEntry? entry, out string error)
    {
        string? user = found.GetValueOrDefault('U');
        string? authId = found.GetValueOrDefault('I');
        string? password = found.GetValueOrDefault('P');
        string? token = found.GetValueOrDefault('T');
        bool isToken = token is null || token.StartsWith("file:/", StringComparison.Ordinal)
            || token.StartsWith("oauth:/", StringComparison.Ordinal);
        error =
            user is null && authId is null ? $"there is neither U nor I; expected {Expected}"
            : password is null == token is null ? $"there must be one of P and T; expected {Expected}"
            : !isToken ? $"T is neither file:/path nor oauth:/path; expected {Expected}"
            : string.Empty;
        entry = error.Length > 0
            ? null
            : new AuthInfoEntry(
                user ?? authId!,
                authId ?? user!,
                password,
                token,
                found.GetValueOrDefault('R', string.Empty),
                found.GetValueOrDefault('M', string.Empty));
        return entry is not null;
    }

    /// <summary>Words in quotes, or without them up to the next blank; a quote within is not possible.</summary>
    private static List<string> Words(string value, out string error)
    {
        error = string.Empty;
        var words = new List<string>();
        int at = 0;
        while (at < value.Length)
        {
            if (value[at] is ' ' or '\t')
            {
                at++;
                continue;
            }

            bool isQuoted = value[at] == '"';
            int start = isQuoted ? at + 1 : at;
            int end = isQuoted ? value.IndexOf('"', start) : value.AsSpan(start).IndexOfAny(' ', '\t') + start;
            if (isQuoted && end < 0)
            {
                error = "a quote is not closed";
                return words;
            }

            end = end < start ? value.Length : end;
            words.Add(value[start..end]);
            at = end + 1;
        }

        return words;
    }

    private static bool TryText(string word, out string text)
    {
        text = word[2..];
        if (word[1] == ':')
        {
            return true;
        }

        byte[] octets = new byte[text.Length];
        bool isBase64 = Convert.TryFromBase64String(text, octets, out int length)
            && System.Text.Unicode.Utf8.IsValid(octets.AsSpan(0, length));
        text = isBase64 ? Encoding.UTF8.GetString(octets, 0, length) : string.Empty;
        return isBase64;
    }
}
