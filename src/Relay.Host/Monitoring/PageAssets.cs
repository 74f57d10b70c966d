using System.Collections.Frozen;

namespace Relay.Host.Monitoring;

/// <summary>The page's files, embedded in the program. Immutable.</summary>
internal static class PageAssets
{
    private static readonly FrozenDictionary<string, (string ContentType, byte[] Content)> _all =
        new Dictionary<string, (string, byte[])>(StringComparer.Ordinal)
        {
            ["/"] = ("text/html; charset=utf-8", Load("page.html")),
            ["/page.css"] = ("text/css; charset=utf-8", Load("page.css")),
            ["/page.js"] = ("text/javascript; charset=utf-8", Load("page.js")),
            ["/icon.svg"] = ("image/svg+xml", Load("icon.svg")),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    public static (string ContentType, byte[] Content)? Find(string path) =>
        _all.TryGetValue(path, out (string, byte[]) asset) ? asset : null;

    private static byte[] Load(string name)
    {
        using Stream stream = typeof(PageAssets).Assembly.GetManifestResourceStream($"page/{name}")!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
