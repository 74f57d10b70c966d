namespace Relay.Dns;

/// <summary>One MX record (RFC 1035 §3.3.9).</summary>
/// <param name="Preference">Lower first.</param>
/// <param name="Exchange">The host without a dot at its end; <c>.</c> alone is the null MX (RFC 7505).</param>
public readonly record struct MxRecord(int Preference, string Exchange);
