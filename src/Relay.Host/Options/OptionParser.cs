namespace Relay.Host.Options;

/// <summary>Reads a value from text. False if it is not one.</summary>
internal delegate bool OptionParser<T>(string text, out T value);
