using System.Text.Json;
using Relay.Host.Admin;
using Relay.Host.Commands;

namespace Relay.Host.Sendmail;

/// <summary>
/// <c>hoststat</c> (<c>sendmail -bh</c>) shows how the next hops do; <c>purgestat</c> (<c>-bH</c>) forgets their
/// pauses, so that mail is attempted at once.
/// </summary>
internal static class HostStatusCommand
{
    public static async Task<int> RunAsync(SendmailArguments arguments, CommandSettings settings)
    {
        try
        {
            using AdminClient client = await AdminClient.ConnectAsync(settings.AdminSocket, CancellationToken.None);
            string? problem = arguments.Mode == 'H'
                ? await client.AskAsync("flush", static _ => { }, CancellationToken.None)
                : await ShowAsync(client);
            if (problem is null)
            {
                return ExitCode.Ok;
            }

            await Console.Error.WriteLineAsync($"{arguments.Program}: {Printable.Of(problem)}");
        }
        catch (IOException exception)
        {
            await Console.Error.WriteLineAsync($"{arguments.Program}: {Printable.Of(exception.Message)}");
        }

        return ExitCode.Unavailable;
    }

    private static Task<string?> ShowAsync(AdminClient client)
    {
        Console.Out.WriteLine("-------------- Hostname --------------- How long ago ---------Results---------");
        bool isFirst = true;
        return client.AskAsync(
            "summary",
            line =>
            {
                if (isFirst)
                {
                    isFirst = false; // the queue's counters
                    return;
                }

                using JsonDocument document = JsonDocument.Parse(line);
                Console.Out.WriteLine(LineOf(document.RootElement, TimeProvider.System.GetUtcNow()));
            },
            CancellationToken.None);
    }

    /// <summary>Sendmail's columns; a pause stands where the time of the last attempt stands there.</summary>
    internal static string LineOf(JsonElement json, DateTimeOffset now)
    {
        string name = Printable.Of(json.GetProperty("destination").GetString()!);
        string reply = json.TryGetProperty("reply", out JsonElement text) ? Printable.Of(text.GetString()!) : "OK";
        bool isPaused = json.TryGetProperty("blockedUntil", out JsonElement until);
        TimeSpan rest = isPaused ? until.GetDateTimeOffset() - now : TimeSpan.Zero;
        string time = !isPaused ? "now"
            : rest > TimeSpan.FromDays(365) ? "suspended"
            : $"for {(rest > TimeSpan.Zero ? rest : TimeSpan.Zero):hh\\:mm\\:ss}";
        char mark = json.GetProperty("active").GetInt32() > 0 ? '*' : ' ';
        return $"{mark}{(name.Length > 38 ? name[..38] : name),-38} {time,-12} {reply}";
    }
}
