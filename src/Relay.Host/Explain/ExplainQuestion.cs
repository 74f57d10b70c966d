using System.Net;

namespace Relay.Host.Explain;

/// <summary>What is asked: a client and what it would say.</summary>
/// <param name="Address">The client's address.</param>
/// <param name="Name">Its confirmed name; null to look it up, or for none if that is not wanted.</param>
/// <param name="Helo">What it says in EHLO; empty if it does not say EHLO; null to leave that out.</param>
/// <param name="Sender">The reverse-path without brackets; empty for the null one.</param>
/// <param name="Recipients">The forward-paths without brackets.</param>
internal sealed record ExplainQuestion(
    IPAddress Address, string? Name, string? Helo, string Sender, IReadOnlyList<string> Recipients);
