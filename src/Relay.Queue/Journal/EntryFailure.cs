namespace Relay.Queue.Journal;

/// <summary>
/// An exception of an entry's WriteBody, on its way out of FASTER's epoch to the appender on this thread.
/// </summary>
internal static class EntryFailure
{
    [ThreadStatic]
    private static Exception? _current;

    public static Exception? Current
    {
        get => _current;
        set => _current = value;
    }

    /// <summary>Throws what the entry threw, if it did.</summary>
    public static void ThrowIfAny()
    {
        if (_current is { } failure)
        {
            _current = null;
            throw new InvalidOperationException("An entry failed while writing its body.", failure);
        }
    }
}
