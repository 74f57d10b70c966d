using System.Net.Sockets;
using System.Text.Json;
using Relay.Host.Admin;
using Relay.Host.Commands;

namespace Relay.Host.Sendmail;

/// <summary>
/// <c>sendmail -q</c>: has the running relay attempt its queue now; with <c>-v</c> one message after the other, and
/// each delivery is shown.
/// </summary>
internal static class QueueRunCommand
{
    public static async Task<int> RunAsync(SendmailArguments arguments, CommandSettings settings)
    {
        if (arguments.QueueRun!.Interval is not null)
        {
            await Console.Error.WriteLineAsync(
                $"{arguments.Program}: the relay runs its queue itself, as retry.interval says; -q alone runs it now");
            return ExitCode.Usage;
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

    private static void Show(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        if (document.RootElement.TryGetProperty("line", out JsonElement text))
        {
            Console.Out.WriteLine(Printable.Of(text.GetString()!));
        }
    }
}
