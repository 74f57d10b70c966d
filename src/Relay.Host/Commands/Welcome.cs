using System.Net;
using Relay.Host.Options;
using Relay.Host.Running;
using Relay.Routing;

namespace Relay.Host.Commands;

/// <summary>What a newcomer reads after <c>relay serve</c>: what runs, and a command to try.</summary>
internal static class Welcome
{
    /// <summary>Says that the relay listens.</summary>
    public const string FirstLine = "Relay.Fast is running.";

    /// <param name="isService">A service manager listens: its journal gets what runs, and nothing to try.</param>
    public static void Print(
        TextWriter output,
        RelaySettings settings,
        RoutingSnapshot rules,
        IReadOnlyList<EndPoint> endPoints,
        bool isService)
    {
        output.WriteLine(FirstLine);
        foreach (string line in Summary.Of(settings, rules))
        {
            output.WriteLine($"  {Printable.Of(line)}");
        }

        string log = settings.Get(LogKeys.Output);
        string where = log == LogDestination.StandardOutput
            ? "The mail log follows on standard output."
            : $"The mail log goes to {Printable.Of(log)}.";
        if (isService)
        {
            output.WriteLine(where);
            return;
        }

        PrintTries(output, settings, rules, endPoints);
        output.WriteLine($"{where} Stop with Ctrl-C.");
    }

    private static void PrintTries(
        TextWriter output, RelaySettings settings, RoutingSnapshot rules, IReadOnlyList<EndPoint> endPoints)
    {
        if (endPoints.OfType<IPEndPoint>().FirstOrDefault() is { } first)
        {
            string address = first.Address.Equals(IPAddress.Any) || first.Address.Equals(IPAddress.IPv6Any)
                ? "127.0.0.1"
                : first.Address.ToString();
            string bracketed = address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
            // The sender's domain must exist, so it is ours; without a route of its own, mail to postmaster is what
            // arrives anywhere: in the queue, held and visible.
            string sender = "me@" + settings.Get(RelayKeys.HostName);
            string recipient = rules.Options.SmartHost is null ? "postmaster" : "you@example.org";
            output.WriteLine("Try one of:");
            output.WriteLine($"  swaks --server {address} --port {first.Port} --from {sender} --to {recipient}");
            output.WriteLine(
                $"  printf 'Subject: hello\\r\\n\\r\\nHello.\\r\\n' | curl -T - smtp://{bracketed}:{first.Port} "
                + $"--mail-from {sender} --mail-rcpt {recipient}");
            output.WriteLine($"  {Printable.Of(QueueList(settings))}");
        }
    }

    /// <summary>The command that finds this relay's queue, as it can be typed here.</summary>
    private static string QueueList(RelaySettings settings)
    {
        string program = Environment.ProcessPath is { } path && Path.GetFileName(path) == "relay" ? path : "relay";
        string socket = settings.Get(RelayKeys.AdminSocket);
        return socket == RelayKeys.AdminSocket.Default && !ConfigurationFile.IsInstalled
            ? $"{program} queue list"
            : $"{program} queue list --socket {socket}";
    }
}
