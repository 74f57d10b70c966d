namespace Relay.Host.Tables;

/// <summary>One thing wrong with a table or an option, and where it stands.</summary>
/// <param name="Source">A file, variable or command-line option.</param>
/// <param name="Line">The line in the file, from 1; 0 if there is none.</param>
internal sealed record TableError(string Source, int Line, string Message)
{
    public override string ToString() => Line > 0 ? $"{Source}:{Line}: {Message}" : $"{Source}: {Message}";
}
