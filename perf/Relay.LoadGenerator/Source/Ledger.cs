using System.Globalization;
using System.Text;
using Relay.LoadGenerator.Messages;

namespace Relay.LoadGenerator.Source;

/// <summary>
/// File of acknowledged messages, one line <c>id recipients</c> each. Every <see cref="Write"/> is one append by the
/// kernel, so lines of several threads do not mix and a killed source loses none it wrote. Thread-safe.
/// </summary>
internal sealed class Ledger : IDisposable
{
    private readonly FileStream _file;
    private readonly Lock _lock = new();

    internal Ledger(string path) =>
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    internal void Write(ReadOnlySpan<byte> lines)
    {
        lock (_lock)
        {
            _file.Write(lines);
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Reads a ledger; a torn last line is left out, any other bad line is an error.</summary>
    internal static IEnumerable<(LoadId Id, int Recipients)> Read(string path)
    {
        string text = File.ReadAllText(path);
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length - 1; i++) // what follows the last line end is nothing or torn
        {
            string line = lines[i];
            int space = line.IndexOf(' ');
            if (space < 0 || !LoadId.TryParse(Encoding.ASCII.GetBytes(line[..space]), out LoadId id)
                || !int.TryParse(line[(space + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int count))
            {
                throw new FormatException($"{path}, line {i + 1}: '{line}' is not a ledger line");
            }

            yield return (id, count);
        }
    }
}
