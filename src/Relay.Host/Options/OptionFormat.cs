using System.Text.Json;

namespace Relay.Host.Options;

/// <summary>
/// How values of one type are written: the check, the words that say what was expected, and the way back to text.
/// </summary>
/// <param name="Expected">Ends the sentence "expected …".</param>
/// <param name="Tokens">The JSON tokens allowed in the file; text from elsewhere is always tried.</param>
internal sealed record OptionFormat<T>(string Expected, OptionParser<T> Parse, Func<T, string> Write, JsonTokens Tokens)
{
    public bool Allows(JsonTokenType token) => token switch
    {
        JsonTokenType.String => (Tokens & JsonTokens.String) != 0,
        JsonTokenType.Number => (Tokens & JsonTokens.Number) != 0,
        JsonTokenType.True or JsonTokenType.False => (Tokens & JsonTokens.Boolean) != 0,
        JsonTokenType.StartArray => (Tokens & JsonTokens.List) != 0,
        JsonTokenType.None => true,
        _ => false,
    };
}
