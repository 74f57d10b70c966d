using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Relay.Testing;

namespace Relay.Delivery.Tests.Notifications;

/// <summary>
/// A notification as an independent parser understands it: Python's <c>email</c> package, which must find no defect.
/// </summary>
internal sealed record ParsedReport(
    IReadOnlyList<IReadOnlyList<string>> Fields,
    string Type,
    string? ReportType,
    IReadOnlyList<ParsedPart> Parts,
    IReadOnlyList<string> Defects)
{
    private const string Python = "/usr/bin/python3";

    private static readonly JsonSerializerOptions _options = new(JsonSerializerDefaults.Web);

    /// <summary>The only field of a name.</summary>
    public string this[string name] => Assert.Single(Fields, f => f[0] == name)[1];

    public ParsedPart Text => Parts[0];

    public ParsedPart Returned => Parts[2];

    /// <summary>The fields about the message, as <c>name: value</c>.</summary>
    public IReadOnlyList<string> MessageStatus => Lines(0);

    /// <summary>The groups of fields about recipients.</summary>
    public int Recipients => Parts[1].Status!.Count - 1;

    public IReadOnlyList<string> RecipientStatus(int number = 0) => Lines(number + 1);

    /// <summary>Parses what a mail exchanger got; the test is skipped where there is no Python.</summary>
    public static async Task<ParsedReport> ParseAsync(ReceivedMail mail)
    {
        Assert.SkipWhen(!File.Exists(Python), "python3 is not installed (tests/run.sh installs it as root)");
        string script = Path.Combine(
            Repository.Root, "tests", "Relay.Delivery.Tests", "Notifications", "parse_report.py");
        var start = new ProcessStartInfo(Python, ["-I", script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        byte[] content = Unstuff(mail.Wire);
        await process.StandardInput.BaseStream.WriteAsync(content);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.True(process.ExitCode == 0, await error);
        ParsedReport report = JsonSerializer.Deserialize<ParsedReport>(await output, _options)!;
        Assert.Equal(("multipart/report", "delivery-status"), (report.Type, report.ReportType));
        Assert.Empty(report.Defects);
        Assert.Equal(3, report.Parts.Count);
        return report;
    }

    private static byte[] Unstuff(byte[] wire) => Encoding.Latin1.GetBytes(
        ("\r\n" + Encoding.Latin1.GetString(wire)).Replace("\r\n.", "\r\n", StringComparison.Ordinal)[2..]);

    private string[] Lines(int block) => [.. Parts[1].Status![block].Select(static f => $"{f[0]}: {f[1]}")];
}
