namespace Relay.LoadGenerator.Source;

/// <summary>The replies a session waits for, in order; runs of the same stage are counted, not listed.</summary>
internal sealed class ExpectedReplies
{
    private const int Capacity = 16; // greater than one transaction behind another needs
    private readonly (ReplyStage Stage, int Count)[] _runs = new (ReplyStage, int)[Capacity];
    private int _first;
    private int _count;

    internal bool IsEmpty => _count == 0;

    internal void Clear() => _count = 0;

    internal void Add(ReplyStage stage)
    {
        if (_count > 0)
        {
            ref (ReplyStage Stage, int Count) last = ref _runs[(_first + _count - 1) % Capacity];
            if (last.Stage == stage)
            {
                last.Count++;
                return;
            }
        }

        _runs[(_first + _count++) % Capacity] = (stage, 1);
    }

    internal bool IsNext(ReplyStage stage) => _count > 0 && _runs[_first].Stage == stage;

    internal ReplyStage Peek() => _runs[_first].Stage;

    internal void Take()
    {
        if (--_runs[_first].Count == 0)
        {
            _first = (_first + 1) % Capacity;
            _count--;
        }
    }

    /// <summary>The stage just taken has another reply to come, before all others.</summary>
    internal void PutBack(ReplyStage stage)
    {
        _first = (_first + Capacity - 1) % Capacity;
        _runs[_first] = (stage, 1);
        _count++;
    }
}
