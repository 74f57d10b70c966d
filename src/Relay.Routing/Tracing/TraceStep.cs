namespace Relay.Routing.Tracing;

/// <summary>One rule that was consulted.</summary>
/// <param name="Check">The check it belongs to, in Sendmail's words: <c>check_relay</c>, <c>check_mail</c>…</param>
/// <param name="Rule">The rule, e.g. <c>access</c>, <c>class R (relay-domains)</c>, <c>client_resolve</c>.</param>
/// <param name="Key">What was looked up; empty if the rule has no key.</param>
/// <param name="Place">File and line of the entry that hit; empty if nothing hit or it is no entry of a file.</param>
/// <param name="Outcome">What came of it.</param>
public sealed record TraceStep(string Check, string Rule, string Key, string Place, string Outcome);
