using System.Net;

namespace Relay.Host.Options;

/// <summary>Where HTTP is served, as it was written; no endpoint is none.</summary>
internal sealed record HttpEndPointSetting(string Text, IPEndPoint? EndPoint)
{
    public static HttpEndPointSetting None { get; } = new(string.Empty, null);

    public static bool TryParse(string text, out HttpEndPointSetting value)
    {
        value = None;
        if (text.Length == 0)
        {
            return true;
        }

        if (!OptionFormats.EndPoint.Parse(text, out EndPoint endPoint) || endPoint is not IPEndPoint ip)
        {
            return false;
        }

        value = new HttpEndPointSetting(text, ip);
        return true;
    }
}
