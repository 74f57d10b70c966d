using System.Text;
using Relay.Delivery.Authentication;
using Relay.Testing;

namespace Relay.Delivery.Tests.Authentication;

/// <summary>RFC 6749 §4.4 and §6 against a real HTTPS server on loopback.</summary>
public sealed class TokenEndpointTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("relay-token-").FullName;
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Client_credentials_are_posted_and_the_token_is_kept_until_shortly_before_its_end()
    {
        var forms = new List<string>();
        int number = 0;
        await using var server = new TokenServer(form =>
        {
            forms.Add(form);
            return (200, $$"""{"access_token":"token{{++number}}","token_type":"Bearer","expires_in":3600}""");
        });
        using TokenEndpointSource source = Source(server, """ "client_secret": "s&e c=ret", "scope": "smtp" """);

        Assert.Equal("token1", await TokenAsync(source));
        Assert.Equal("token1", await TokenAsync(source));
        _time.Advance(TimeSpan.FromSeconds(3299));
        Assert.Equal("token1", await TokenAsync(source));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("token2", await TokenAsync(source));
        Assert.Equal(
            ["client_id=relay", "client_secret=s%26e+c%3Dret", "grant_type=client_credentials", "scope=smtp"],
            forms[0].Split('&').Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_refresh_token_is_posted_and_its_successor_the_next_time()
    {
        var forms = new List<string>();
        await using var server = new TokenServer(form =>
        {
            forms.Add(form);
            return (200, """{"access_token":"t","expires_in":60,"refresh_token":"second"}""");
        });
        using TokenEndpointSource source = Source(server, """ "refresh_token": "first" """);
        await TokenAsync(source);
        _time.Advance(TimeSpan.FromSeconds(46));
        await TokenAsync(source);
        Assert.Equal(
            ["client_id=relay", "grant_type=refresh_token", "refresh_token=first"],
            forms[0].Split('&').Order(StringComparer.Ordinal));
        Assert.Contains("refresh_token=second", forms[1].Split('&'));
    }

    [Fact]
    public async Task The_successor_is_kept_in_the_file_for_its_owner_alone()
    {
        var forms = new List<string>();
        await using var server = new TokenServer(form =>
        {
            forms.Add(form);
            return (200, """{"access_token":"t","expires_in":60,"refresh_token":"second"}""");
        });
        using (TokenEndpointSource source = Source(server, """ "refresh_token": "first", "scope": "smtp" """))
        {
            await TokenAsync(source);
        }

        string path = Path.Combine(_folder, "settings");
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(path));
        using var again = new TokenEndpointSource(path, new TestRoutes(), _time);
        await TokenAsync(again);
        Assert.Equal(
            ["client_id=relay", "grant_type=refresh_token", "refresh_token=second", "scope=smtp"],
            forms[1].Split('&').Order(StringComparer.Ordinal));
        Assert.Equal(["ca.pem", "settings"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_successor_that_cannot_be_kept_is_used_and_told_of_once()
    {
        int number = 0;
        var forms = new List<string>();
        await using var server = new TokenServer(form =>
        {
            forms.Add(form);
            return (200, $$"""{"access_token":"t","expires_in":60,"refresh_token":"hunter{{++number}}"}""");
        });
        using TokenEndpointSource source = Source(server, """ "refresh_token": "first" """);
        Directory.CreateDirectory(Path.Combine(_folder, "settings.new")); // in the way
        TokenResult result = await source.GetAsync(null, TestContext.Current.CancellationToken);
        Assert.NotNull(result.Token);
        Assert.Contains("cannot be kept", result.Warning, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter", result.Warning, StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromSeconds(46));
        Assert.Empty((await source.GetAsync(null, TestContext.Current.CancellationToken)).Warning);
        Assert.Contains("refresh_token=hunter1", forms[1].Split('&'));
    }

    [Fact]
    public async Task Many_who_need_a_token_make_one_request()
    {
        await using var server = new TokenServer(static _ => (200, """{"access_token":"t","expires_in":3600}"""))
        {
            Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously),
        };
        using TokenEndpointSource source = Source(server, """ "client_secret": "s" """);
        Task<string>[] all = [.. Enumerable.Range(0, 50).Select(_ => TokenAsync(source))];
        server.Gate.SetResult();
        Assert.All(await Task.WhenAll(all), static token => Assert.Equal("t", token));
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task A_token_that_a_server_refused_is_not_given_again()
    {
        int number = 0;
        await using var server = new TokenServer(
            _ => (200, $$"""{"access_token":"token{{++number}}","expires_in":3600}"""));
        using TokenEndpointSource source = Source(server, """ "client_secret": "s" """);
        Assert.Equal("token1", await TokenAsync(source));
        Assert.Equal("token2", await TokenAsync(source, refused: "token1"));
        Assert.Equal("token2", await TokenAsync(source, refused: "token1"));
        Assert.Equal(2, server.Requests);
    }

    [Theory]
    [InlineData(400, """{"error":"invalid_client","error_description":"hunter2"}""", "400 invalid_client")]
    [InlineData(200, """{"token_type":"Bearer"}""", "200")]
    [InlineData(200, """{"access_token":"a b"}""", "200")]
    [InlineData(200, "[]", "200")]
    [InlineData(500, "oops", "no JSON")]
    public async Task A_refusal_says_why_without_secrets_and_is_not_asked_again_at_once(int status, string body, string why)
    {
        await using var server = new TokenServer(_ => (status, body));
        using TokenEndpointSource source = Source(server, """ "client_secret": "hunter2" """);
        TokenResult result = await source.GetAsync(null, TestContext.Current.CancellationToken);
        Assert.Null(result.Token);
        Assert.StartsWith("127.0.0.1 gave no token: ", result.Problem, StringComparison.Ordinal);
        Assert.Equal(status == 500, result.IsTemporary);
        Assert.Contains(why, result.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", $"{result} {result.Problem}", StringComparison.Ordinal);
        await source.GetAsync(null, TestContext.Current.CancellationToken);
        Assert.Equal(1, server.Requests);
        _time.Advance(TimeSpan.FromSeconds(11));
        await source.GetAsync(null, TestContext.Current.CancellationToken);
        Assert.Equal(2, server.Requests);
    }

    [Fact]
    public async Task An_endpoint_whose_certificate_is_not_trusted_gets_nothing()
    {
        await using var server = new TokenServer(static _ => (200, """{"access_token":"t"}"""));
        string path = Write("settings", $$"""
            { "token_endpoint": "{{server.Url}}", "client_id": "relay", "client_secret": "hunter2" }
            """);
        using var source = new TokenEndpointSource(path, new TestRoutes(), _time);
        TokenResult result = await source.GetAsync(null, TestContext.Current.CancellationToken);
        Assert.Equal("127.0.0.1 gave no token: its certificate is not trusted", result.Problem);
        Assert.Equal(0, server.Requests);
    }

    [Theory]
    [InlineData("""{ "token_endpoint": "http://127.0.0.1/", "client_id": "a", "client_secret": "hunter2" }""")]
    [InlineData("""{ "token_endpoint": "https://127.0.0.1/", "client_id": "a" }""")]
    [InlineData("""{ "token_endpoint": "https://127.0.0.1/", "client_secret": "hunter2" }""")]
    [InlineData("""{ "client_secret": "hunter2" """)]
    [InlineData("""["hunter2"]""")]
    public async Task Settings_that_are_not_what_was_expected_are_told_without_what_is_in_them(string json)
    {
        string path = Write("settings", json);
        using var source = new TokenEndpointSource(path, new TestRoutes(), _time);
        TokenResult result = await source.GetAsync(null, TestContext.Current.CancellationToken);
        Assert.StartsWith($"{path} is not what was expected: a JSON object", result.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_others_may_open_are_refused()
    {
        string path = Write("settings", "{}");
        File.SetUnixFileMode(path, OwnerOnly | UnixFileMode.GroupRead);
        using var endpoint = new TokenEndpointSource(path, new TestRoutes(), _time);
        foreach (ITokenSource source in new ITokenSource[] { endpoint, new FileTokenSource(path) })
        {
            TokenResult result = await source.GetAsync(null, TestContext.Current.CancellationToken);
            Assert.Contains("chmod 600", result.Problem, StringComparison.Ordinal);
        }
    }

    private static async Task<string> TokenAsync(ITokenSource source, string? refused = null)
    {
        TokenResult result = await source.GetAsync(
            refused is null ? null : Encoding.ASCII.GetBytes(refused), TestContext.Current.CancellationToken);
        Assert.True(result.Token is not null, result.Problem);
        return Encoding.ASCII.GetString(result.Token);
    }

    private TokenEndpointSource Source(TokenServer server, string more)
    {
        string authority = Write("ca.pem", server.AuthorityPem);
        string path = Write("settings", $$"""
            { "token_endpoint": "{{server.Url}}", "ca_file": "{{authority}}", "client_id": "relay", {{more}} }
            """);
        return new TokenEndpointSource(path, new TestRoutes(), _time);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, OwnerOnly);
        return path;
    }
}
