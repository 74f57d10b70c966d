using System.Text;
using Relay.Tables.Text;

namespace Relay.Tables.Authentication;

/// <summary>
/// Which users own a sender's address: <c>user@domain</c>, else <c>@domain</c>, and the users who may send by it
/// (Postfix: smtpd_sender_login_maps). Immutable and thread-safe; look-ups allocate nothing.
/// </summary>
public sealed class SenderLoginTable
{
    private readonly ILookupTable _table;

    /// <param name="table">The entries; keys folded to lower case.</param>
    public SenderLoginTable(ILookupTable table) => _table = table;

    public static SenderLoginTable Empty { get; } = new(new EmptyTable("senderlogin"));

    public int Count => _table.Count;

    /// <summary>The entry of an address: its value names users, with blanks or commas between them.</summary>
    /// <param name="mailbox">Local part and domain.</param>
    public LookupResult Find(ReadOnlySpan<byte> mailbox, out TableEntry entry)
    {
        entry = default;
        if (_table.Count == 0 || mailbox.Length is 0 or > 1024)
        {
            return LookupResult.NotFound;
        }

        Span<byte> folded = stackalloc byte[mailbox.Length];
        mailbox.CopyTo(folded);
        PairReader.ToLower(folded);
        LookupResult result = _table.Find(folded, out entry);
        int at = folded.LastIndexOf((byte)'@');
        return result != LookupResult.NotFound || at <= 0 ? result : _table.Find(folded[at..], out entry);
    }

    /// <summary>True if a value of the table names the user.</summary>
    public static bool Names(ReadOnlySpan<byte> value, ReadOnlySpan<byte> user)
    {
        foreach (Range range in value.SplitAny(" \t,"u8))
        {
            if (Ascii.EqualsIgnoreCase(value[range], user) && !user.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads a file; what is wrong goes to <paramref name="problems"/>.</summary>
    internal static SenderLoginTable Read(TableText text, ProblemList problems)
    {
        var builder = new TextTableBuilder("senderlogin", text, problems);
        foreach (PairLine line in new PairReader(text, problems))
        {
            if (!text.Octets.AsSpan(line.KeyAt, line.KeyLength).Contains((byte)'@'))
            {
                problems.Error(line.Number, "the key is neither user@domain nor @domain");
                continue;
            }

            builder.Add(line, line.KeyLength, 0);
        }

        return new SenderLoginTable(builder.Build());
    }
}
