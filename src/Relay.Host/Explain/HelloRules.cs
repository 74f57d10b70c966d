using System.Text;
using Relay.Host.Options;
using Relay.Routing.Clients;
using Relay.Routing.Tracing;
using Relay.Server;
using Relay.Smtp.Commands;
using Relay.Smtp.Replies;

namespace Relay.Host.Explain;

/// <summary>
/// What HELO and EHLO decide: a client must say one, if the options want it, and its argument must be a domain or an
/// address literal. No rule asks what the name is.
/// </summary>
/// <param name="IsRequired">MAIL before it is refused: <c>server.requireHello</c>, <c>needmailhelo</c>.</param>
/// <param name="IsMarked">Mail without it is marked: <c>authwarnings</c>.</param>
internal sealed record HelloRules(bool IsRequired, bool IsMarked)
{
    private const string Check = "hello";

    public static HelloRules Of(RelaySettings settings)
    {
        PrivacyFlags privacy = settings.Get(ServerKeys.Privacy);
        return new HelloRules(
            settings.Get(ServerKeys.RequireHello) || privacy.HasFlag(PrivacyFlags.NeedMailHelo),
            privacy.HasFlag(PrivacyFlags.AuthWarnings));
    }

    /// <summary>The command of a client that says its name.</summary>
    /// <param name="client">Who it is.</param>
    /// <param name="name">What it says.</param>
    /// <param name="isRefused">It is no name.</param>
    public static ExplainStage Say(ClientFacts client, string name, out bool isRefused)
    {
        CommandError error = SmtpCommandParser.ParseHello(Encoding.UTF8.GetBytes(name), out _);
        isRefused = error != CommandError.None;
        var trace = new DecisionTrace { Check = Check };
        trace.Add(
            "domain or address literal",
            name,
            isRefused ? "is neither" : "may be said by anyone; no table is asked for it");
        return new ExplainStage(
            $"EHLO {name}",
            trace.Steps,
            isRefused ? Encoding.ASCII.GetString(Replies.For(error)).TrimEnd() : "accepted",
            isRefused ? [] : [$"Received: from {name} ({ClientText(client)})"]);
    }

    /// <summary>MAIL of a client that has not said a name; null where that is no matter.</summary>
    /// <param name="client">Who it is.</param>
    /// <param name="hostName">This host.</param>
    /// <param name="trace">Takes the rule.</param>
    /// <param name="mark">The header field that its mail gets, or null.</param>
    /// <returns>The refusal, or null.</returns>
    public string? Miss(ClientFacts client, string hostName, DecisionTrace trace, out string? mark)
    {
        trace.Add(
            "requireHello, needmailhelo", "no HELO", IsRequired ? "is required before MAIL" : "is not required");
        mark = !IsRequired && IsMarked
            ? $"X-Authentication-Warning: {hostName}: {ClientText(client)} didn't use HELO protocol"
            : null;
        return IsRequired ? Encoding.ASCII.GetString(Replies.HelloFirst).TrimEnd() : null;
    }

    /// <summary>As replies and the trace field name it.</summary>
    private static string ClientText(ClientFacts client)
    {
        string forged = client.IsConfirmed ? string.Empty : " (may be forged)";
        string? name = client.IsConfirmed ? client.Name : client.Pointer;
        return name is null ? $"[{client.AddressText}]" : $"{name} [{client.AddressText}]{forged}";
    }
}
