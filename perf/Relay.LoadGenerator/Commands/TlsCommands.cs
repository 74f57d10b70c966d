using System.CommandLine;
using System.Net;
using Relay.LoadGenerator.Tls;

namespace Relay.LoadGenerator.Commands;

/// <summary><c>relay-load tls-source</c> and <c>tls-sink</c>: what perf/tls.sh measures with.</summary>
internal static class TlsCommands
{
    public static Command CreateSource()
    {
        var target = new Argument<string>("target") { Description = "address:port" };
        var sessions = new Option<int>("--sessions", "-s") { DefaultValueFactory = static _ => 20 };
        var messages = new Option<int>("--messages", "-m") { DefaultValueFactory = static _ => 1000 };
        var length = new Option<int>("--length", "-l") { DefaultValueFactory = static _ => 2048 };
        var clear = new Option<bool>("--clear") { Description = "Without STARTTLS" };
        var command = new Command("tls-source", "Send messages over TLS; prints when it began, in seconds")
        {
            target, sessions, messages, length, clear,
        };
        command.SetAction(async (result, _) => await TlsLoad.SendAsync(
            EndPoints.Parse(result.GetValue(target)!).Single(),
            result.GetValue(sessions),
            result.GetValue(messages),
            result.GetValue(length),
            !result.GetValue(clear))
                ? ExitCodes.Success
                : ExitCodes.Failed);
        return command;
    }

    public static Command CreateSink()
    {
        var address = new Argument<string>("address") { Description = "address:port" };
        var messages = new Option<int>("--messages", "-m") { Description = "End after so many", Required = true };
        var certificate = new Option<string?>("--certificate")
        {
            Description = "PEM with certificate and key: offer STARTTLS",
        };
        var command = new Command("tls-sink", "Take messages; prints when the last was there, in seconds")
        {
            address, messages, certificate,
        };
        command.SetAction(async (result, _) =>
        {
            await TlsLoad.ReceiveAsync(
                (IPEndPoint)EndPoints.Parse(result.GetValue(address)!).Single(),
                result.GetValue(messages),
                result.GetValue(certificate));
            return ExitCodes.Success;
        });
        return command;
    }
}
