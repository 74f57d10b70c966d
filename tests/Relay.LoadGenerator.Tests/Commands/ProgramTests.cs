using System.Diagnostics;
using System.Text.Json;
using Relay.LoadGenerator.Commands;
using Relay.LoadGenerator.Native;

namespace Relay.LoadGenerator.Tests.Commands;

/// <summary>The program itself, as its users run it.</summary>
public class ProgramTests
{
    private const int Terminate = 15;

    [Fact]
    public async Task Source_and_sink_meet_and_SIGTERM_makes_the_sink_report()
    {
        string directory = Directory.CreateTempSubdirectory("relay-load").FullName;
        string socket = Path.Combine(directory, "sink");
        string sinkJson = Path.Combine(directory, "sink.json");
        string svg = Path.Combine(directory, "plot.svg");
        using Process sink = Start($"sink --unix {socket} --verify --json {sinkJson}");
        Assert.Equal($"listening on {socket}", await sink.StandardError.ReadLineAsync().WaitAsync(LoadRun.Patience));
        using Process source = Start($"source -s 5 -m 100 -d --svg {svg} --json - unix:{socket}");
        string text = await source.StandardOutput.ReadToEndAsync().WaitAsync(LoadRun.Patience);
        await source.WaitForExitAsync().WaitAsync(LoadRun.Patience);
        Assert.Equal(ExitCodes.Success, source.ExitCode);
        Assert.Equal(100, JsonDocument.Parse(text).RootElement.GetProperty("acknowledged").GetInt32());
        Assert.True(File.Exists(svg));

        Assert.Equal(0, Libc.Kill(sink.Id, Terminate));
        await sink.WaitForExitAsync().WaitAsync(LoadRun.Patience);
        JsonElement report = JsonDocument.Parse(File.ReadAllText(sinkJson)).RootElement;
        Assert.Equal(100, report.GetProperty("verification").GetProperty("intact").GetInt32());
        Directory.Delete(directory, recursive: true);
    }

    [Theory]
    [InlineData("source nonsense", "nonsense")]
    [InlineData("sink 127.0.0.1:0 --fault x", "fault 'x'")]
    [InlineData("sink", "no address")]
    [InlineData("source -m 1 -l 5..1 127.0.0.1:1", "5..1")]
    public async Task Wrong_arguments_end_with_code_2_and_a_sentence(string arguments, string part)
    {
        using Process program = Start(arguments);
        string error = await program.StandardError.ReadToEndAsync().WaitAsync(LoadRun.Patience);
        await program.WaitForExitAsync().WaitAsync(LoadRun.Patience);
        Assert.Equal(ExitCodes.Usage, program.ExitCode);
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    private static Process Start(string arguments) => Process.Start(
        new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "relay-load"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
