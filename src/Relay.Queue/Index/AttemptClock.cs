namespace Relay.Queue.Index;

/// <summary>
/// Turns times into the index's 32-bit ticks of 128 ms and back: 17 years from a day before the start. Rounds attempts
/// up and the present down, so that nothing is due early.
/// </summary>
internal sealed class AttemptClock(TimeProvider time)
{
    private const int MillisecondBits = 7;
    private const uint TickMax = uint.MaxValue - 1;

    private readonly long _origin =
        (time.GetUtcNow().ToUnixTimeMilliseconds() - (24 * 3600 * 1000)) & -(1L << MillisecondBits);

    public uint Now => Clamp((NowMilliseconds - _origin) >> MillisecondBits);

    public long NowMilliseconds => time.GetUtcNow().ToUnixTimeMilliseconds();

    public uint ToTick(DateTimeOffset at) => ToTick(at.ToUnixTimeMilliseconds());

    public uint ToTick(long milliseconds) =>
        Clamp((milliseconds - _origin + (1L << MillisecondBits) - 1) >> MillisecondBits);

    public long ToMilliseconds(uint tick) => _origin + ((long)tick << MillisecondBits);

    public DateTimeOffset ToTime(uint tick) => DateTimeOffset.FromUnixTimeMilliseconds(ToMilliseconds(tick));

    /// <summary>How long until a tick begins; zero if it has.</summary>
    public TimeSpan Until(uint tick) =>
        TimeSpan.FromMilliseconds(Math.Max(0, ToMilliseconds(tick) - NowMilliseconds));

    private static uint Clamp(long tick) => (uint)Math.Clamp(tick, 0, TickMax);
}
