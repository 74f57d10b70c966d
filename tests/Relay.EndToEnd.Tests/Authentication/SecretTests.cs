namespace Relay.EndToEnd.Tests.Authentication;

/// <summary>What is secret is in no command's output, whatever is wrong with the file that it is in.</summary>
public class SecretTests
{
    private const string Secret = "hunter2secret";

    [Theory]
    [InlineData("authinfo", "AuthInfo:mx.example \"U:relay\" \"P:hunter2secret\"\n")]
    [InlineData("authinfo", "AuthInfo:mx.example \"U:relay\" \"P:hunter2secret\n")]
    [InlineData("authinfo", "AuthInfo:mx.example \"U:relay\" \"P:hunter2secret\" \"P:hunter2secret\"\n")]
    [InlineData("authinfo", "AuthInfo:mx.example \"U:relay\" \"P=hunter2secret!\"\n")]
    [InlineData("authinfo", "AuthInfo:mx.example \"U:relay\" \"hunter2secret\"\n")]
    [InlineData("authinfo", "mx.example \"U:relay\" \"P:hunter2secret\"\n")]
    [InlineData("access", "AuthInfo:mx.example \"U:relay\" \"P:hunter2secret\"\n")]
    [InlineData("access", "AuthInfo:mx.example \"P:hunter2secret\"\n")]
    [InlineData("access", "AuthInfo:mx.example U:relay P=hunter2secret!\n")]
    [InlineData("users", "tim SCRAM-SHA-256$4096:hunter2secret$hunter2secret:hunter2secret\n")]
    [InlineData("users", "tim:{PLAIN}hunter2secret\n")]
    public async Task Check_and_explain_show_no_secret(string table, string text)
    {
        using var workspace = new Workspace();
        await using var relay = new AuthenticatingRelay(workspace, Workspace.FreePort());
        relay.WriteSecret(table, text);
        string[] common = ["--config", relay.Relay.ConfigurationPath, "--set", $"tables.directory={relay.Tables}"];
        foreach (string[] command in (string[][])
        [
            ["check"],
            ["explain", "--offline", "--ip", "192.0.2.1", "--from", "a@example.com", "--to", "b@mx.example"],
            ["explain", "--offline", "--destination", "mx.example"],
        ])
        {
            ToolResult result = await Tool.RunAsync(Tool.Relay, [.. command, .. common]);
            Assert.NotEqual(64, result.ExitCode); // the command was understood
            Assert.NotEmpty(result.Output + result.Error);
            Assert.DoesNotContain(Secret, result.Output + result.Error, StringComparison.Ordinal);
        }
    }
}
