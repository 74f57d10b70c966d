using System.Diagnostics;
using System.Net;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Interop;

/// <summary>Clients as Debian ships them, against real sockets. Skipped, saying so, where they are missing.</summary>
public sealed class DebianClientTests
{
    [Theory]
    [InlineData("--pipeline")]
    [InlineData("")]
    public async Task Swaks_sends_a_message(string option)
    {
        await using LiveServer live = await LiveServer.StartAsync();
        int port = ((IPEndPoint)live.EndPoint).Port;
        string output = await RunAsync(
            "swaks",
            [
                "--server", "127.0.0.1", "--port", $"{port}", "--from", "a@client.example", "--to",
                "b@there.example,c@there.example", "--helo", "client.example", "--body", ".dot\nplain",
                .. option.Length > 0 ? new[] { option } : [],
            ]);

        RecordedMessage message = Assert.Single(live.Queue.Messages);
        Assert.Contains("250 2.0.0 ", output, StringComparison.Ordinal);
        Assert.Contains("\r\n\r\n..dot\r\nplain\r\n", message.Text, StringComparison.Ordinal);
        Assert.Equal(2, message.Recipients.Count);
    }

    [Fact]
    public async Task Curl_sends_a_message()
    {
        await using LiveServer live = await LiveServer.StartAsync();
        int port = ((IPEndPoint)live.EndPoint).Port;
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "Subject: x\r\n\r\n.dot\r\n");
        try
        {
            await RunAsync(
                "curl",
                [
                    "-sS", $"smtp://127.0.0.1:{port}/client.example", "--mail-from", "a@client.example", "--mail-rcpt",
                    "b@there.example", "--upload-file", file,
                ]);
        }
        finally
        {
            File.Delete(file);
        }

        Assert.Equal("Subject: x\r\n\r\n..dot\r\n", Assert.Single(live.Queue.Messages).Text);
    }

    internal static async Task<string> RunAsync(string program, string[] arguments, int exitCode = 0)
    {
        bool present = Environment.GetEnvironmentVariable("PATH")!.Split(':')
            .Any(directory => File.Exists(Path.Combine(directory, program)));
        Assert.SkipUnless(present, $"{program} is not installed.");
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
        Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == exitCode, $"{program} ended with {process.ExitCode}:\n{await output}\n{await errors}");
        return await output;
    }
}
