namespace Relay.Tables;

/// <summary>
/// One table of keys and values: access, mailertable, virtusertable… The seam behind which text files stand today and
/// directories or databases may stand later. Look-ups take no lock; those of a text file allocate nothing.
/// Immutable and thread-safe: a changed file is a new table, swapped in whole.
/// </summary>
public interface ILookupTable
{
    /// <summary>The table's name as Sendmail has it, e.g. <c>access</c>.</summary>
    string Name { get; }

    /// <summary>Entries.</summary>
    int Count { get; }

    /// <summary>Looks one key up, exactly as it stands.</summary>
    /// <param name="key">The key, ASCII letters folded to lower case by the caller.</param>
    /// <param name="entry">The entry if it was found.</param>
    LookupResult Find(ReadOnlySpan<byte> key, out TableEntry entry);
}
