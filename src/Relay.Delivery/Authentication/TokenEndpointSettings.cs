using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Relay.Delivery.Authentication;

/// <summary>
/// A file that says where tokens are got and by what right (RFC 6749): JSON with <c>token_endpoint</c>,
/// <c>client_id</c>, and <c>client_secret</c> or <c>refresh_token</c> or both; <c>scope</c> and further form fields
/// (<c>resource</c>, <c>audience</c>) as they are, <c>ca_file</c> for an authority of one's own. Never prints them.
/// </summary>
internal sealed class TokenEndpointSettings
{
    private const string Expected =
        "a JSON object of strings with token_endpoint (https), client_id, and client_secret or refresh_token";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private TokenEndpointSettings(Uri endpoint, string? authorityFile, Dictionary<string, string> form)
    {
        Endpoint = endpoint;
        AuthorityFile = authorityFile;
        Form = form;
    }

    public Uri Endpoint { get; }

    /// <summary>PEM; null for the system's authorities.</summary>
    public string? AuthorityFile { get; }

    /// <summary>What is posted. Not to be changed.</summary>
    public IReadOnlyDictionary<string, string> Form { get; }

    /// <summary>The text with another refresh token; null if it holds not the one that was thought.</summary>
    public static string? WithRefreshToken(string json, string before, string after)
    {
        try
        {
            Dictionary<string, string>? fields = JsonSerializer.Deserialize<Dictionary<string, string>>(json);
            if (fields is not null && fields.TryGetValue("refresh_token", out string? written) && written == before)
            {
                fields["refresh_token"] = after;
                return JsonSerializer.Serialize(fields, Indented) + "\n";
            }
        }
        catch (JsonException)
        {
            // its message would show the text
        }

        return null; // an administrator was faster
    }

    [SuppressMessage("Design", "CA1031", Justification = "JsonException alone comes; it would show the text.")]
    public static TokenEndpointSettings? Parse(string path, string json, out string problem)
    {
        problem = string.Empty;
        Dictionary<string, string>? fields = null;
        try
        {
            fields = JsonSerializer.Deserialize<Dictionary<string, string>>(json);
        }
        catch (JsonException)
        {
            // its message would show the text
        }

        if (fields is null
            || !fields.Remove("token_endpoint", out string? endpoint)
            || !Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? uri) || uri.Scheme != Uri.UriSchemeHttps
            || !fields.ContainsKey("client_id")
            || !(fields.ContainsKey("client_secret") || fields.ContainsKey("refresh_token")))
        {
            problem = $"{path} is not what was expected: {Expected}";
            return null;
        }

        fields.Remove("ca_file", out string? authorityFile);
        fields.TryAdd("grant_type", fields.ContainsKey("refresh_token") ? "refresh_token" : "client_credentials");
        return new TokenEndpointSettings(uri, authorityFile, fields);
    }
}
