using System.Globalization;
using Relay.Delivery.Rules;

namespace Relay.Delivery.Destinations;

/// <summary>
/// The limits of one destination at work: what the rules say, and what experience has taken from it. Guarded by its
/// destination's lock but for <see cref="Limits"/>.
/// </summary>
internal sealed class SendLimiter
{
    /// <summary>Refusals in a row that are taken for a wish to get less.</summary>
    private const int RefusalsMax = 5;

    private readonly TimeProvider _time;
    private AdaptiveWindow _window;
    private RateGate? _messages;
    private RateGate? _connects;
    private volatile DestinationLimits _limits;
    private double _rate;
    private int _takenThisBeat;
    private int _refusals;

    public SendLimiter(TimeProvider time, DestinationLimits limits)
    {
        _time = time;
        _limits = limits;
        _window = new AdaptiveWindow(limits.Connections);
        _messages = GateOf(limits.Rates, null);
        _connects = GateOf(limits.ConnectRates, null);
    }

    /// <summary>As the rules say; read without the lock.</summary>
    public DestinationLimits Limits => _limits;

    /// <summary>Connections that may be up now.</summary>
    public int Connections => _window.Connections;

    /// <summary>Messages per second that experience allows; 0 is without limit.</summary>
    public double Pace => _window.Pace;

    /// <summary>Takes other rules; what was sent under the old ones counts under the new ones.</summary>
    public void Apply(DestinationLimits limits)
    {
        _window.SetLimit(_limits.Connections, limits.Connections);
        _messages = GateOf(limits.Rates, _messages);
        _messages?.SetPace(Pace);
        _connects = GateOf(limits.ConnectRates, _connects);
        _limits = limits;
    }

    /// <summary>A message is to be sent now.</summary>
    /// <param name="wait">If refused: for how long.</param>
    public bool TryTakeMessage(out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        if (_messages is { } gate && !gate.TryTake(out wait))
        {
            return false;
        }

        _takenThisBeat++;
        return true;
    }

    /// <summary>It was not sent after all.</summary>
    public void RefundMessage()
    {
        _takenThisBeat = Math.Max(0, _takenThisBeat - 1); // who was only looked at had taken none
        _messages?.Refund();
    }

    /// <summary>A message needs so many transactions more.</summary>
    public void ChargeTransaction()
    {
        _takenThisBeat++;
        _messages?.Charge(1);
    }

    public bool MayConnect(out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        return _connects is null || _connects.HasRoom(out wait);
    }

    public bool TryTakeConnection(out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        return _connects is null || _connects.TryTake(out wait);
    }

    /// <summary>
    /// A message was refused for now. That it is to be counted means that it may be its own matter: many in a row
    /// without one accepted are the destination's.
    /// </summary>
    public void OnRefused(long now, int active, ReplyAction action)
    {
        if (action == ReplyAction.Count && Interlocked.Increment(ref _refusals) >= RefusalsMax)
        {
            Volatile.Write(ref _refusals, 0);
            action = ReplyAction.SlowDown;
        }

        if (action == ReplyAction.SlowDown)
        {
            _window.SlowDown(now, active, _rate);
            SetPace();
        }
    }

    /// <summary>A message was accepted; needs no lock.</summary>
    public void OnAccepted()
    {
        if (Volatile.Read(ref _refusals) != 0)
        {
            Volatile.Write(ref _refusals, 0);
        }
    }

    /// <summary>Forgets what experience took.</summary>
    public void Reset()
    {
        _window.Reset(_limits.Connections);
        SetPace();
    }

    /// <summary>No more connections than these are to be had.</summary>
    public void ShrinkTo(long now, int connections) => _window.ShrinkTo(now, connections);

    /// <summary>Once a second.</summary>
    public void OnBeat(long now)
    {
        _rate = (0.7 * _rate) + (0.3 * _takenThisBeat);
        _takenThisBeat = 0;
        if (_window.Grow(now, _limits.Connections))
        {
            SetPace();
        }
    }

    /// <summary>What the rates are, for people; empty if there is none.</summary>
    public string DescribeRates()
    {
        string rates = SendRate.Write(_limits.Rates);
        string pace = Pace > 0
            ? string.Create(CultureInfo.InvariantCulture, $"slowed down to {Pace:0.0}/s")
            : string.Empty;
        return rates.Length > 0 && pace.Length > 0 ? $"{rates}, {pace}" : rates + pace;
    }

    private RateGate? GateOf(IReadOnlyList<SendRate> rates, RateGate? before) =>
        rates.Count == 0 && Pace <= 0 ? null : new RateGate(_time, rates, before);

    private void SetPace()
    {
        if (Pace > 0)
        {
            (_messages ??= new RateGate(_time, _limits.Rates)).SetPace(Pace);
        }
        else
        {
            _messages = GateOf(_limits.Rates, _messages);
            _messages?.SetPace(0);
        }
    }
}
