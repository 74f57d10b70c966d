using System.Text.Encodings.Web;
using System.Text.Json;

namespace Relay.Host.Import;

/// <summary>JSON strings as people write them: only what must be escaped is.</summary>
internal static class JsonText
{
    public static string Quote(string text) =>
        $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
