using System.Globalization;

namespace Relay.EndToEnd.Tests.Authentication;

/// <summary>
/// The real program with tables and users: nobody may relay unless he authenticates. Clients come from 127.0.0.2, which
/// is not this machine to it.
/// </summary>
internal sealed class AuthenticatingRelay : IAsyncDisposable
{
    private readonly RelayUnderTest _relay;

    /// <param name="nextHopPort">Where it sends to, on 127.0.0.1.</param>
    /// <param name="settings">Further options, each <c>path=value</c>.</param>
    public AuthenticatingRelay(Workspace workspace, int nextHopPort, params string[] settings)
    {
        Tables = Directory.CreateDirectory(workspace.PathOf("tables")).FullName;
        _relay = new RelayUnderTest(workspace, nextHopPort)
        {
            Settings =
            [
                $"tables.directory={Tables}", "auth.allowPlaintext=true", "auth.allowPlaintextToServers=true", .. settings,
            ],
        };
    }

    public string Tables { get; }

    public string Port => _relay.Port.ToString(CultureInfo.InvariantCulture);

    public RelayUnderTest Relay => _relay;

    public string Output => _relay.Program.Output;

    public Task StartAsync() => _relay.StartAsync();

    /// <summary><c>relay passwd</c>, with the password on its standard input.</summary>
    public async Task AddUserAsync(string user, string password)
    {
        ToolResult added = await Tool.RunAsync(
            Tool.Relay, ["passwd", user, "--file", Path.Combine(Tables, "users"), "--iterations", "4096"], $"{password}\n");
        Assert.True(added.ExitCode == 0, added.ToString());
        Assert.DoesNotContain(password, added.Error, StringComparison.Ordinal);
    }

    /// <summary>A table for its owner alone.</summary>
    public void WriteSecret(string name, string text)
    {
        string path = Path.Combine(Tables, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>A message by swaks, which needs no authentication if the client is given none.</summary>
    public Task<ToolResult> SwaksAsync(params string[] options) => Tool.RunAsync(Tool.Find("swaks")!, [
        "--server", $"127.0.0.1:{Port}", "--local-interface", "127.0.0.2", "--from", "a@example.com", "--to",
        "b@example.org", "--body", "hello", .. options]);

    public ValueTask DisposeAsync() => _relay.DisposeAsync();
}
