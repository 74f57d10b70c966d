using System.Net.Http.Headers;
using System.Text.Json;
using Relay.Host.Tests.Commands;

namespace Relay.Host.Tests.Monitoring;

/// <summary>
/// The real program with its HTTP listener and an administrator's token, shared by the tests of a class.
/// </summary>
public sealed class MonitoredRelay : IAsyncLifetime
{
    public const string Token = "sixteen-characters-and-more";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("relay-http-");
    private RelayProcess _process = null!;

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(60) };

    public int SmtpPort { get; private set; }

    public string Folder => _directory.FullName;

    internal RelayProcess Process => _process;

    public async ValueTask InitializeAsync()
    {
        string tokenFile = Path.Combine(Folder, "token");
        await File.WriteAllTextAsync(tokenFile, Token + "\n");
        File.SetUnixFileMode(tokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _process = RelayProcess.Start(
            Folder, "serve", "--listen", "127.0.0.1:0", "--hostname", "relay.test",
            "--set", "http.endpoint=127.0.0.1:0",
            "--set", $"http.adminTokenFile={tokenFile}",
            "--set", "access.acceptUnresolvableDomains=true",
            "--set", "access.resolveClients=false",
            "--set", "postmaster=postmaster@hold.example",
            "--set", "smartHost=smtp:[127.0.0.1]:1");
        SmtpPort = await _process.WaitForPortAsync();
        string line = await _process.WaitForLineAsync("page on http://");
        string address = line[(line.IndexOf("http://", StringComparison.Ordinal))..].TrimEnd('"');
        Http.BaseAddress = new Uri(address);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _process.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    /// <summary>Puts a message into the queue, whose next hop does not answer; gives its id.</summary>
    public async Task<string> SendAsync(string from, string to)
    {
        await using SmtpDialogue dialogue = await SmtpDialogue.ConnectAsync(SmtpPort);
        await dialogue.SayAsync("EHLO client.test");
        string accepted = await dialogue.SendMailAsync(from, to, "Subject: x\r\nMessage-ID: <m@test>\r\n\r\nx");
        Assert.StartsWith("250 2.0.0 ", accepted, StringComparison.Ordinal);
        return accepted.Split(' ')[2];
    }

    public async Task<JsonElement> GetJsonAsync(string path)
    {
        using JsonDocument document = JsonDocument.Parse(await Http.GetStringAsync(new Uri(path, UriKind.Relative)));
        return document.RootElement.Clone();
    }

    public async Task<HttpResponseMessage> PostAsync(string path, string? token, string? site = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative));
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (site is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        return await Http.SendAsync(request);
    }
}
