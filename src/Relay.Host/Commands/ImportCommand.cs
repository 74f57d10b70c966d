using System.CommandLine;
using System.Text;
using Relay.Host.Import;

namespace Relay.Host.Commands;

/// <summary>
/// <c>relay import FILE</c>: writes the <c>relay.json</c> that does what a <c>sendmail.mc</c> or <c>sendmail.cf</c>
/// did, and lists what it could not carry over.
/// </summary>
internal static class ImportCommand
{
    /// <summary>A generated sendmail.cf has 64 KiB.</summary>
    private const long LengthMax = 16L << 20;

    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "A sendmail.mc or sendmail.cf." };
        var output = new Option<string>("--output", "-o")
        {
            Description = "Where to write; else to standard output. A file that exists is never overwritten.",
            HelpName = "file",
        };
        var command = new Command("import", "Writes the relay.json that does what a Sendmail configuration did.");
        command.Add(file);
        command.Add(output);
        command.SetAction(result => Run(
            result.GetRequiredValue(file),
            result.GetValue(output),
            result.InvocationConfiguration.Output,
            result.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(string file, string? target, TextWriter output, TextWriter error)
    {
        if (Read(file, error) is not { } text)
        {
            return ExitCode.NoInput;
        }

        ImportReport report = SendmailImporter.Import(text);
        if (!report.Lines.Exists(static l => l.Kind != ImportResultKind.Refused))
        {
            error.WriteLine($"relay: {Printable.Of(file)}: is neither a sendmail.mc nor a sendmail.cf");
            return ExitCode.DataError;
        }

        if (report.IsSubmission)
        {
            error.WriteLine(
                $"relay: {Printable.Of(file)}: configures Sendmail's submission program (FEATURE msp), which listens "
                + "to nobody; import the sendmail.mc");
            return ExitCode.DataError;
        }

        string json = RelayFileWriter.Write(Path.GetFileName(file), report);
        if (!Write(json, target, output, error))
        {
            return ExitCode.InputOutput;
        }

        ImportedLine[] refused = [.. report.Refused.OrderBy(static l => l.Statement.Line)];
        error.WriteLine(refused.Length == 0
            ? $"relay: {Printable.Of(file)}: everything is carried over"
            : $"relay: {Printable.Of(file)}: {refused.Length} not carried over:");
        foreach (ImportedLine line in refused)
        {
            error.WriteLine(Printable.Of(
                $"  line {line.Statement.Line}: {ImportReport.Shorten(line.Statement.Text)}: {line.Text}"));
        }

        return ExitCode.Ok;
    }

    private static string? Read(string file, TextWriter error)
    {
        try
        {
            var info = new FileInfo(file);
            if (info.Exists && info.Length > LengthMax)
            {
                error.WriteLine($"relay: {Printable.Of(file)}: is larger than {LengthMax >> 20} MiB");
                return null;
            }

            return File.ReadAllText(file, Encoding.UTF8);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"relay: {Printable.Of(file)}: cannot be read: {Printable.Of(exception.Message)}");
            return null;
        }
    }

    private static bool Write(string json, string? target, TextWriter output, TextWriter error)
    {
        if (target is null)
        {
            output.Write(json);
            return true;
        }

        try
        {
            using var stream = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
            stream.Write(Encoding.UTF8.GetBytes(json));
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"relay: {Printable.Of(target)}: cannot be written: {Printable.Of(exception.Message)}");
            return false;
        }
    }
}
