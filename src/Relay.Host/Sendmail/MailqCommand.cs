using System.Text;
using Relay.Host.Admin;
using Relay.Host.Commands;

namespace Relay.Host.Sendmail;

/// <summary>
/// <c>mailq</c>, <c>sendmail -bp</c> and <c>-bP</c>: lists the queue of the running relay, or counts it.
/// </summary>
internal static class MailqCommand
{
    public static async Task<int> RunAsync(SendmailArguments arguments, CommandSettings settings)
    {
        await using Stream stream = Console.OpenStandardOutput();
        await using var output = new StreamWriter(stream, new UTF8Encoding(false), 64 * 1024);
        string directory = settings.Settings is { } known
            ? Path.GetFullPath(known.Get(Options.QueueKeys.QueueDirectory))
            : "queue";
        if (arguments.IsSubmission)
        {
            return ListDropped(settings.DropFolder, output);
        }

        using AdminClient? client = await ConnectAsync(settings);
        if (client is null)
        {
            await Console.Error.WriteLineAsync(
                $"{arguments.Program}: the relay does not answer at {settings.QueueSocket}; is it running, and is this "
                + "its submission.queueSocket?");
            return ExitCode.Unavailable;
        }

        var text = new MailqText(output, arguments.IsVerbose, arguments.Mode == 'P', directory);
        string? problem = await client.AskAsync(
            Request(arguments), arguments.Json ? output.WriteLine : text.Add, CancellationToken.None);
        if (problem is not null)
        {
            await Console.Error.WriteLineAsync($"{arguments.Program}: {Printable.Of(problem)}");
            return problem.StartsWith("You are not permitted", StringComparison.Ordinal)
                ? ExitCode.NoPermission
                : ExitCode.Unavailable;
        }

        if (!arguments.Json)
        {
            text.End();
        }

        return ExitCode.Ok;
    }

    /// <summary>The admin socket for whom it is open, else the one for everybody.</summary>
    internal static async Task<AdminClient?> ConnectAsync(CommandSettings settings)
    {
        foreach (string path in (string[])[settings.AdminSocket, settings.QueueSocket])
        {
            try
            {
                return await AdminClient.ConnectAsync(path, CancellationToken.None);
            }
            catch (IOException)
            {
                // the next one
            }
        }

        return null;
    }

    internal static string Filters(SendmailArguments arguments) => arguments.QueueRun is { } run
        ? string.Concat(run.Filters.Select(static f => $" {f.ToWord()}"))
        : string.Empty;

    private static string Request(SendmailArguments arguments) =>
        (arguments.QueueRun?.Quarantined == true ? "mailq held" : "mailq") + Filters(arguments);

    /// <summary><c>mailq -Ac</c>: the submission program's own queue is the drop folder.</summary>
    private static int ListDropped(string folder, StreamWriter output)
    {
        if (!Directory.Exists(folder))
        {
            output.WriteLine($"{folder} is empty");
            return ExitCode.Ok;
        }

        try
        {
            string[] files = Directory.GetFiles(folder, Submission.DropFolder.MessagePrefix + "*");
            output.WriteLine(files.Length == 0
                ? $"{folder} is empty"
                : $"\t\t{folder} ({files.Length} request{(files.Length == 1 ? string.Empty : "s")})");
            foreach (string file in files.Order(StringComparer.Ordinal))
            {
                output.WriteLine($"{Path.GetFileName(file)} {new FileInfo(file).Length,8}");
            }

            output.WriteLine($"\t\tTotal requests: {files.Length}");
            return ExitCode.Ok;
        }
        catch (UnauthorizedAccessException)
        {
            Console.Error.WriteLine("You are not permitted to see the queue");
            return ExitCode.NoPermission;
        }
    }
}
