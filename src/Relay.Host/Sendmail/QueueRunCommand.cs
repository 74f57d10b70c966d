using System.Net.Sockets;
using System.Text.Json;
using Relay.Host.Admin;
using Relay.Host.Commands;

namespace Relay.Host.Sendmail;

/// <summary>
/// <c>sendmail -q</c>: has the running relay attempt its queue now; with <c>-v</c> one message after the other, and
/// each delivery is shown. <c>sendmail -q30m</c> without <c>-bd</c>, where Sendmail starts a process that runs the
/// queue and listens nowhere: a running relay does so itself; without one, such a relay is started.
/// </summary>
internal static class QueueRunCommand
{
    public static async Task<int> RunAsync(SendmailArguments arguments, CommandSettings settings)
    {
        if (arguments.QueueRun!.Interval is not null)
        {
            return await RunPeriodicallyAsync(arguments, settings);
        }

        try
        {
            using AdminClient client = await AdminClient.ConnectAsync(settings.AdminSocket, CancellationToken.None);
            string request = (arguments.IsVerbose ? "run verbose" : "run") + MailqCommand.Filters(arguments);
            string? problem = await client.AskAsync(request, Show, CancellationToken.None);
            if (problem is null)
            {
                return ExitCode.Ok;
            }

            await Console.Error.WriteLineAsync($"{arguments.Program}: {Printable.Of(problem)}");
            return ExitCode.Unavailable;
        }
        catch (IOException exception) when (
            exception.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied })
        {
            await Console.Error.WriteLineAsync("You do not have permission to process the queue"); // restrictqrun
            return ExitCode.NoPermission;
        }
        catch (IOException exception)
        {
            await Console.Error.WriteLineAsync($"{arguments.Program}: {Printable.Of(exception.Message)}");
            return ExitCode.Unavailable;
        }
    }

    /// <summary>
    /// <c>-Ac -q30m</c> is the queue of the submission program: a relay takes its drop folder up by itself.
    /// </summary>
    private static async Task<int> RunPeriodicallyAsync(SendmailArguments arguments, CommandSettings settings)
    {
        using AdminClient? client = await MailqCommand.ConnectAsync(settings);
        if (client is null && !arguments.IsSubmission)
        {
            return await DaemonCommand.RunAsync(arguments);
        }

        await Console.Error.WriteLineAsync(arguments.IsSubmission
            ? $"{arguments.Program}: the running relay takes up the drop folder by itself"
            : $"{arguments.Program}: the running relay runs its queue by itself, as retry.interval says");
        return ExitCode.Ok;
    }

    private static void Show(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        if (document.RootElement.TryGetProperty("line", out JsonElement text))
        {
            Console.Out.WriteLine(Printable.Of(text.GetString()!));
        }
    }
}
