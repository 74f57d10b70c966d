using Relay.Tables.Text;

namespace Relay.Tables.Authentication;

/// <summary>
/// The users who may authenticate, by name, in any case of ASCII letters. Immutable and thread-safe; look-ups allocate
/// nothing.
/// </summary>
public sealed class UserTable
{
    private const int NameMax = 1024;

    private readonly TextTable? _table;
    private readonly UserRecord[] _records;

    private UserTable(TextTable? table, UserRecord[] records)
    {
        _table = table;
        _records = records;
        if (records.Length > 0)
        {
            Usual = records
                .GroupBy(static r => (r.Iterations, r.Salt.Length))
                .OrderByDescending(static g => g.Count())
                .First().Key;
        }
    }

    public static UserTable Empty { get; } = new(null, []);

    public int Count => _records.Length;

    /// <summary>Iterations and length of the salt of most users.</summary>
    public (int Iterations, int SaltLength) Usual { get; } = (100_000, 16);

    /// <summary>The record of a user; null if there is none.</summary>
    public UserRecord? Find(ReadOnlySpan<byte> name)
    {
        if (_table is null || name.Length is 0 or > NameMax)
        {
            return null;
        }

        Span<byte> folded = stackalloc byte[name.Length];
        name.CopyTo(folded);
        PairReader.ToLower(folded);
        int place = _table.PlaceOf(folded);
        return place < 0 ? null : _records[_table.PayloadAt(place)];
    }

    /// <summary>Reads a file; what is wrong goes to <paramref name="problems"/>.</summary>
    internal static UserTable Read(TableText text, ProblemList problems)
    {
        var builder = new TextTableBuilder("users", text, problems);
        var records = new List<UserRecord>();
        foreach (PairLine line in new PairReader(text, problems, isSecret: true))
        {
            if (UserRecord.TryParse(text.Octets.AsSpan(line.ValueAt, line.ValueLength), out UserRecord? record))
            {
                builder.Add(line, line.KeyLength, records.Count);
                records.Add(record!);
            }
            else
            {
                problems.Error(line.Number, $"the user's keys cannot be read; expected {UserRecord.Expected}");
            }
        }

        return new UserTable(builder.Build(), [.. records]);
    }
}
