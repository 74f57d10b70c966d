using System.Text;
using Relay.Routing.Clients;

namespace Relay.Routing.Blocklists;

/// <summary>
/// Expands a text as the m4 files have it: <c>"550 Mail from " $&amp;{client_addr} " refused"</c>. Pieces in double
/// quotes stand as they are, blanks between pieces fall away; a text without double quotes is one piece. The macros
/// <c>client_addr</c>, <c>client_name</c> and <c>client_ptr</c> are known; of another nothing is left.
/// </summary>
internal static class MacroText
{
    private const string MacroStart = "$&{";

    public static string Expand(string text, ClientFacts client)
    {
        // An empty m4 quotation keeps m4 from seeing a parameter in $&; nothing of it is left in sendmail.cf.
        text = text.Replace("`'", string.Empty, StringComparison.Ordinal);
        bool hasPieces = text.Contains('"', StringComparison.Ordinal);
        bool isQuoted = false;
        var result = new StringBuilder(text.Length + 40);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (!isQuoted && text.AsSpan(i).StartsWith(MacroStart, StringComparison.Ordinal)
                && text.IndexOf('}', i) is var end and > 0)
            {
                result.Append(Value(text[(i + MacroStart.Length)..end], client));
                i = end;
            }
            else if (isQuoted || !hasPieces || !char.IsWhiteSpace(c))
            {
                result.Append(c);
            }
        }

        return result.ToString();
    }

    private static string Value(string macro, ClientFacts client) => macro switch
    {
        "client_addr" => client.AddressText,
        "client_name" => client.Name,
        "client_ptr" => client.Pointer ?? string.Empty,
        _ => string.Empty,
    };
}
