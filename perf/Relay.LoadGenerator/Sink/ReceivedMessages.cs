using Relay.LoadGenerator.Messages;

namespace Relay.LoadGenerator.Sink;

/// <summary>
/// The messages a verifying sink has accepted: which, for how many recipients, how often. One message may rightly come
/// in several transactions with different recipients; the same recipient twice is a duplicate. Thread-safe.
/// </summary>
internal sealed class ReceivedMessages
{
    internal const int ExamplesMax = 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, int> _recipients = [];
    private readonly HashSet<ulong> _deliveries = [];
    private readonly List<string> _corruptedExamples = [];
    private readonly List<string> _duplicatedExamples = [];
    private long _intact;
    private long _corrupted;
    private long _unidentified;
    private long _duplicated;

    /// <param name="recipients">One hash per recipient of the transaction.</param>
    internal void Add(ContentVerdict verdict, LoadId id, ReadOnlySpan<ulong> recipients)
    {
        lock (_lock)
        {
            if (verdict == ContentVerdict.Unidentified)
            {
                _unidentified++;
                return;
            }

            if (verdict == ContentVerdict.Corrupted)
            {
                _corrupted++;
                AddExample(_corruptedExamples, id);
            }
            else
            {
                _intact++;
            }

            int fresh = 0;
            foreach (ulong recipient in recipients)
            {
                if (_deliveries.Add(SplitMix.Mix(id.Value, recipient)))
                {
                    fresh++;
                }
                else
                {
                    _duplicated++;
                    AddExample(_duplicatedExamples, id);
                }
            }

            _recipients[id.Value] = _recipients.GetValueOrDefault(id.Value) + fresh;
        }
    }

    /// <param name="acknowledged">The source's ledger, if there is one.</param>
    /// <param name="expected">Messages that must have come, 0 if not known.</param>
    internal VerificationReport CreateReport(IEnumerable<(LoadId Id, int Recipients)>? acknowledged, long expected)
    {
        lock (_lock)
        {
            List<string> lostExamples = [];
            long lost = 0;
            long listed = 0;
            foreach ((LoadId id, int recipients) in acknowledged ?? [])
            {
                listed++;
                int missing = recipients - _recipients.GetValueOrDefault(id.Value);
                if (missing > 0)
                {
                    lost++;
                    AddExample(lostExamples, id);
                }
            }

            if (acknowledged is null)
            {
                lost = Math.Max(0, expected - _recipients.Count);
            }

            return new VerificationReport
            {
                Messages = _recipients.Count,
                Deliveries = _deliveries.Count,
                Intact = _intact,
                LedgerEntries = listed,
                Lost = lost,
                Duplicated = _duplicated,
                Corrupted = _corrupted,
                Unidentified = _unidentified,
                LostExamples = lostExamples,
                DuplicatedExamples = _duplicatedExamples,
                CorruptedExamples = _corruptedExamples,
            };
        }
    }

    private static void AddExample(List<string> examples, LoadId id)
    {
        if (examples.Count < ExamplesMax)
        {
            examples.Add(id.ToString());
        }
    }
}
