namespace Relay.Host.Import;

/// <summary>Turns a value of Sendmail's into one of ours; null and the problem if it means nothing here.</summary>
internal delegate string? ValueReader(string value, out string problem);
