using Relay.Host.Options;

namespace Relay.Host.Tests.Commands;

/// <summary>How the real program finds its configuration, under every command.</summary>
public sealed class ConfigurationProcessTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("relay-configuration-");

    [Theory]
    [InlineData("queue", "list")]
    [InlineData("trace", "x")]
    public async Task Who_asks_the_running_relay_asks_the_one_of_the_variable(params string[] command)
    {
        Write("named.json", """{ "admin": { "socket": "named.sock" } }""");
        (int code, string output) = await RunAsync("named.json", command);
        Assert.Equal(69, code);
        Assert.Contains("named.sock: no such socket", output, StringComparison.Ordinal);
        Assert.Contains("It is that of named.json; --config names another.", output, StringComparison.Ordinal);

        Write("other.json", """{ "admin": { "socket": "other.sock" } }""");
        (_, output) = await RunAsync("named.json", [.. command, "--config", "other.json"]);
        Assert.Contains("other.sock: no such socket", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("check")]
    [InlineData("explain", "--offline")]
    [InlineData("migrate", "--tag")]
    [InlineData("passwd", "user")]
    [InlineData("queue", "summary")]
    [InlineData("trace", "x")]
    [InlineData("serve")]
    [InlineData("sendmail", "-bv", "a@example.org")]
    [InlineData("mailq")]
    public async Task A_file_that_the_variable_names_and_that_is_missing_ends_every_command(params string[] command)
    {
        (int code, string output) = await RunAsync("gone.json", command);
        Assert.Equal(78, code);
        Assert.Contains(
            "gone.json: there is no such file, and RELAY_CONFIG names it", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_in_the_working_folder_is_not_taken()
    {
        Assert.SkipWhen(ConfigurationFile.IsInstalled, $"this machine has {ConfigurationFile.Installed}");
        Write("relay.json", """{ "hostname": "planted.example" }""");
        (int code, string output) = await RunAsync(null, "check");
        Assert.Equal(0, code);
        Assert.StartsWith("embedded defaults: ok", output, StringComparison.Ordinal);
        Assert.DoesNotContain("planted.example", output, StringComparison.Ordinal);
        (_, output) = await RunAsync(null, "queue", "list");
        Assert.Contains("relay-data/admin.sock: no such socket", output, StringComparison.Ordinal);
        Assert.Contains("No configuration is named or installed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_help_says_where_a_configuration_is_looked_for()
    {
        string asking = (await RunAsync(null, "queue", "list", "--help")).Output.ReplaceLineEndings(" ");
        Assert.Contains("/etc/relay/relay.json", asking, StringComparison.Ordinal);
        string serving = (await RunAsync(null, "serve", "--help")).Output;
        Assert.Contains("RELAY_CONFIG", serving, StringComparison.Ordinal);
        Assert.DoesNotContain("/etc/relay/relay.json", serving, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private async Task<(int ExitCode, string Output)> RunAsync(string? variable, params string[] arguments)
    {
        Dictionary<string, string> environment = variable is null ? [] : new() { ["RELAY_CONFIG"] = variable };
        await using RelayProcess process = RelayProcess.StartWith(_directory.FullName, environment, arguments);
        return (await process.WaitForExitAsync(), process.Output);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_directory.FullName, name), text);
}
