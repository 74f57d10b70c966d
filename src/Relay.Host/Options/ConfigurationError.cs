namespace Relay.Host.Options;

/// <summary>One thing wrong with the configuration.</summary>
/// <param name="Source">
/// The file, the environment variable or the command-line option; empty if it is the whole.
/// </param>
/// <param name="Line">In the file, from 1; 0 elsewhere.</param>
/// <param name="Path">The key's path; empty if the error is about no key.</param>
internal sealed record ConfigurationError(string Source, int Line, string Path, string Message)
{
    public override string ToString()
    {
        string place = Line > 0 ? $"{Source}:{Line}: " : Source.Length > 0 ? $"{Source}: " : string.Empty;
        return Path.Length > 0 ? $"{place}{Path}: {Message}" : $"{place}{Message}";
    }
}
