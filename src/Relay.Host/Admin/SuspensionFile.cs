using System.Text.Json;
using Relay.Delivery;

namespace Relay.Host.Admin;

/// <summary>
/// The suspensions that an administrator ordered, kept in <c>suspended.json</c> beside the queue's files. Replaced as a
/// whole: after a crash it holds the old orders or the new ones. One caller at a time.
/// </summary>
internal sealed class SuspensionFile(string directory)
{
    private const string Name = "suspended.json";

    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    private string Location { get; } = Path.Combine(directory, Name);

    /// <exception cref="IOException">It cannot be read, or is not what was written.</exception>
    public IReadOnlyList<SuspensionSummary> Read()
    {
        if (!File.Exists(Location))
        {
            return [];
        }

        try
        {
            using FileStream file = File.OpenRead(Location);
            Entry[] entries = JsonSerializer.Deserialize<Entry[]>(file) ?? [];
            return entries.Any(static e => string.IsNullOrEmpty(e.Destination))
                ? throw new IOException($"{Location}: an entry names no destination")
                : [.. entries.Select(static e => new SuspensionSummary(e.Destination, e.Reason, e.Since, e.Until, true))];
        }
        catch (JsonException exception)
        {
            throw new IOException($"{Location}: {exception.Message}", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"{Location}: {exception.Message}", exception);
        }
    }

    /// <exception cref="IOException">It cannot be written; the old one stays.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public void Write(IReadOnlyList<SuspensionSummary> suspensions)
    {
        Entry[] entries =
        [
            .. suspensions.Select(static s => new Entry(s.Destination, s.Reason, s.Since, s.Until)),
        ];
        string unfinished = Location + ".new";
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var file = new FileStream(unfinished, options))
        {
            JsonSerializer.Serialize(file, entries, Format);
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, Location, overwrite: true);
    }

    private sealed record Entry(string Destination, string Reason, DateTimeOffset Since, DateTimeOffset? Until);
}
