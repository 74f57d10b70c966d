namespace Relay.Tables.Text;

/// <summary>
/// A file's octets on their way into a table. The octets belong to the reader, which folds keys in place.
/// </summary>
/// <param name="Path">For problems and hits.</param>
/// <param name="Octets">The whole file; empty if it is missing.</param>
internal sealed record TableText(string Path, byte[] Octets)
{
    /// <summary>What stands for the file in entries that the configuration gives.</summary>
    public const string Inline = "configuration";

    public static TableText Missing(string path) => new(path, []);
}
