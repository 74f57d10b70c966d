namespace Relay.Smtp.Replies;

/// <summary>
/// How often each code was the last line of a reply that this process wrote. Spread over cells by thread, so that
/// sessions on different processors do not wait for each other; no lock, no garbage. Thread-safe.
/// </summary>
public static class ReplyCounts
{
    private const int Cells = 16;
    private const int CodeMin = 200;
    private const int Codes = 400;

    private static readonly long[][] _counts = [.. Enumerable.Range(0, Cells).Select(static _ => new long[Codes])];

    /// <summary>The codes that were written, with their counts.</summary>
    public static IEnumerable<KeyValuePair<int, long>> All()
    {
        for (int i = 0; i < Codes; i++)
        {
            long sum = 0;
            foreach (long[] cell in _counts)
            {
                sum += Volatile.Read(ref cell[i]);
            }

            if (sum > 0)
            {
                yield return new KeyValuePair<int, long>(i + CodeMin, sum);
            }
        }
    }

    /// <summary>One more; for replies that are not written through <see cref="ReplyWriter"/>.</summary>
    /// <param name="reply">Begins with the code.</param>
    public static void Count(ReadOnlySpan<byte> reply)
    {
        if (reply.Length >= 3)
        {
            int index = ((reply[0] - '0') * 100) + ((reply[1] - '0') * 10) + (reply[2] - '0') - CodeMin;
            if ((uint)index < Codes)
            {
                Interlocked.Increment(ref _counts[Environment.CurrentManagedThreadId & (Cells - 1)][index]);
            }
        }
    }
}
