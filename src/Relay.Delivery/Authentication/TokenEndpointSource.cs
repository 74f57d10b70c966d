using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Relay.Dns;

namespace Relay.Delivery.Authentication;

/// <summary>
/// Gets tokens from an OAuth 2.0 token endpoint (RFC 6749 §4.4 client credentials, §6 refresh) over HTTPS. A token is
/// kept until shortly before it expires; whoever needs one meanwhile waits for the one request. Failures are told to
/// all who wait, and not asked again for a while. Thread-safe.
/// </summary>
public sealed class TokenEndpointSource : ITokenSource, IDisposable
{
    private const int AnswerMax = 256 * 1024;

    /// <summary>Renewed so long before its end, or at three quarters of a shorter life.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan LifetimeDefault = TimeSpan.FromMinutes(30); // RFC 6749 §5.1 only recommends to tell
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(10);

    private readonly string _path;
    private readonly IHostResolver _hosts;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile Kept? _kept;
    private Rotated? _rotated;
    private bool _hasWarned;

    /// <param name="path">The settings; see <see cref="TokenEndpointSettings"/>. Read anew for each request.</param>
    public TokenEndpointSource(string path, IHostResolver hosts, TimeProvider time)
    {
        _path = path;
        _hosts = hosts;
        _time = time;
    }

    public async ValueTask<TokenResult> GetAsync(byte[]? refused, CancellationToken cancellation)
    {
        if (Usable(refused) is { } kept)
        {
            return kept;
        }

        await _turn.WaitAsync(cancellation);
        try
        {
            if (Usable(refused) is { } meanwhile)
            {
                return meanwhile;
            }

            Rotated? before = _rotated;
            (TokenResult result, TimeSpan good) = await RequestAsync(cancellation);
            _kept = new Kept(result, _time.GetUtcNow() + good);
            return _rotated is { } rotated && rotated != before && result.Token is { } token
                ? new TokenResult(token, string.Empty, warning: await KeepAsync(rotated))
                : result;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>The one before may be good no more: a restart must find the new one.</summary>
    /// <returns>What is to be told, once; else empty.</returns>
    private async ValueTask<string> KeepAsync(Rotated rotated)
    {
        (string? json, string problem) = await SecretFile.ReadAsync(_path, CancellationToken.None);
        if (json is not null)
        {
            string? changed = TokenEndpointSettings.WithRefreshToken(json, rotated.Written, rotated.Next);
            problem = changed is null ? string.Empty : SecretFile.Replace(_path, changed);
        }

        bool isNew = problem.Length > 0 && !_hasWarned;
        _hasWarned = problem.Length > 0;
        return isNew
            ? $"the new refresh token cannot be kept: {problem}; after a restart {_path} may hold one that is good no more"
            : string.Empty;
    }

    private TokenResult? Usable(byte[]? refused)
    {
        Kept? kept = _kept;
        bool isGood = kept is not null && _time.GetUtcNow() < kept.Until
            && !(refused is not null && kept.Result.Token is { } token && token.AsSpan().SequenceEqual(refused));
        return isGood ? kept!.Result : null;
    }

    private async ValueTask<(TokenResult Result, TimeSpan Good)> RequestAsync(CancellationToken cancellation)
    {
        (string? json, string problem) = await SecretFile.ReadAsync(_path, cancellation);
        TokenEndpointSettings? settings = json is null ? null : TokenEndpointSettings.Parse(_path, json, out problem);
        if (settings is null)
        {
            return (TokenResult.Failed(problem), RetryPause);
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using ITimer timer = _time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(), timeout, RequestTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            return await PostAsync(settings, timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (TokenResult.Unavailable($"{settings.Endpoint.Host} did not answer in time"), RetryPause);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException
            or AuthenticationException or CryptographicException or JsonException)
        {
            string what = (exception.InnerException ?? exception) switch
            {
                AuthenticationException => "its certificate is not trusted",
                JsonException => "its answer is no JSON",
                var inner => inner.Message,
            };
            string failure = $"{settings.Endpoint.Host} gave no token: {what}";
            bool isLasting =
                (exception.InnerException ?? exception) is AuthenticationException or CryptographicException;
            return (isLasting ? TokenResult.Failed(failure) : TokenResult.Unavailable(failure), RetryPause);
        }
    }

    private async ValueTask<(TokenResult Result, TimeSpan Good)> PostAsync(
        TokenEndpointSettings settings, CancellationToken cancellation)
    {
        using SocketsHttpHandler handler = MakeHandler(settings);
        using var client = new HttpClient(handler) { MaxResponseContentBufferSize = AnswerMax };
        var form = new Dictionary<string, string>(settings.Form);
        if (_rotated is { } rotated && form.GetValueOrDefault("refresh_token") == rotated.Written)
        {
            form["refresh_token"] = rotated.Next;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, settings.Endpoint)
        {
            Content = new FormUrlEncodedContent(form),
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using HttpResponseMessage response = await client.SendAsync(request, cancellation);
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellation);
        return Read(settings, (int)response.StatusCode, body);
    }

    private (TokenResult Result, TimeSpan Good) Read(TokenEndpointSettings settings, int status, byte[] body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        JsonElement answer = document.RootElement;
        string? token = Text(answer, "access_token");
        if (status != 200 || string.IsNullOrEmpty(token) || token.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            string error = Text(answer, "error") is { Length: > 0 and <= 64 } word && word.All(IsOfWord)
                ? $" {word}"
                : string.Empty;
            string problem = $"{settings.Endpoint.Host} gave no token: {status}{error}";
            bool isTemporary = status is 408 or 429 or >= 500;
            return (isTemporary ? TokenResult.Unavailable(problem) : TokenResult.Failed(problem), RetryPause);
        }

        if (Text(answer, "refresh_token") is { Length: > 0 } next
            && settings.Form.TryGetValue("refresh_token", out string? written) && next != written)
        {
            _rotated = new Rotated(written, next);
        }

        bool isTold = answer.TryGetProperty("expires_in", out JsonElement seconds)
            && seconds.ValueKind == JsonValueKind.Number;
        TimeSpan lifetime = isTold && seconds.TryGetInt32(out int number) && number > 0
            ? TimeSpan.FromSeconds(number)
            : LifetimeDefault;
        TimeSpan good = lifetime - Margin > lifetime * 0.75 ? lifetime - Margin : lifetime * 0.75;
        return (TokenResult.Of(Encoding.ASCII.GetBytes(token)), good);
    }

    private static bool IsOfWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private SocketsHttpHandler MakeHandler(TokenEndpointSettings settings)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectCallback = ConnectAsync,
        };
        if (settings.AuthorityFile is { } file)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPemFile(file);
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }

        return handler;
    }

    /// <summary>By our own resolver, as everything else.</summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        string host = context.DnsEndPoint.Host;
        IReadOnlyList<IPAddress> addresses = IPAddress.TryParse(host, out IPAddress? literal)
            ? [literal]
            : (await _hosts.ResolveAsync(host, HostOrigin.Configuration, cancellation)).Addresses;
        foreach (IPAddress address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, context.DnsEndPoint.Port), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (!ReferenceEquals(address, addresses[^1]))
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw new IOException($"the host {host} is not found");
    }

    /// <param name="Written">What the file says, or said.</param>
    /// <param name="Next">What the endpoint gave in its place.</param>
    private sealed record Rotated(string Written, string Next)
    {
        public override string ToString() => nameof(Rotated); // no secrets
    }

    private sealed record Kept(TokenResult Result, DateTimeOffset Until);
}
