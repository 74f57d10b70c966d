using System.Diagnostics;

namespace Relay.EndToEnd.Tests;

/// <summary>Finds and runs the programs that the tests use.</summary>
internal static class Tool
{
    /// <summary>The repository's root: the nearest folder above the test program with the solution in it.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The same configuration as the test program was built with.</summary>
    public static string Configuration { get; } =
        new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name is "Release" ? "Release" : "Debug";

    public static string Relay => Path.Combine(Repository, $"src/Relay.Host/bin/{Configuration}/net10.0/relay");

    public static string Load =>
        Path.Combine(Repository, $"perf/Relay.LoadGenerator/bin/{Configuration}/net10.0/relay-load");

    public static string SmtpSource => Path.Combine(Repository, "artifacts/postfix/smtp-source");

    public static string SmtpSink => Path.Combine(Repository, "artifacts/postfix/smtp-sink");

    public static bool IsRoot { get; } = Environment.UserName == "root";

    /// <summary>The full path of a program, or null if it is not installed.</summary>
    public static string? Find(string program)
    {
        if (program.Contains('/', StringComparison.Ordinal))
        {
            return File.Exists(program) ? program : null;
        }

        string path = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin:/usr/sbin:/sbin";
        return path.Split(':').Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
    }

    /// <summary>Skips the running test, saying why, if a program is missing.</summary>
    public static void Require(params string[] programs)
    {
        foreach (string program in programs)
        {
            Assert.SkipWhen(Find(program) is null, $"{program} is not installed (tests/run.sh installs it as root)");
        }
    }

    /// <summary>Runs a program to its end with a deadline.</summary>
    public static async Task<ToolResult> RunAsync(string program, IEnumerable<string> arguments, string? input = null)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
        }

        process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail($"{program} did not end within 3 minutes");
        }

        return new ToolResult(process.ExitCode, await output, await error);
    }

    private static string FindRepository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Relay.Fast.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("Relay.Fast.sln not found above the tests");
    }
}
