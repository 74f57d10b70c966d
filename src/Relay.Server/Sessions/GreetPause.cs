using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Relay.Throttling;

namespace Relay.Server.Sessions;

/// <summary>
/// The pause before the greeting (Sendmail: greet_pause): a client must not talk in it. Waiting costs a place in the
/// queue of delays and a pending read.
/// </summary>
internal sealed class GreetPause
{
    /// <summary>Sendmail caps the pause so.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private readonly PipeReader _input;
    private readonly DelayQueue _queue;
    private readonly DelayEntry _entry;
    private volatile bool _over;

    private GreetPause(PipeReader input, DelayQueue queue)
    {
        _input = input;
        _queue = queue;
        _entry = new DelayEntry(() =>
        {
            _over = true;
            _input.CancelPendingRead();
        });
    }

    /// <summary>Waits for the end of the pause, or for what ends it early.</summary>
    /// <returns>False if the client went away: nobody is left to greet.</returns>
    public static async ValueTask<bool> WaitAsync(SessionDialog dialog, PipeReader input, TimeSpan pause)
    {
        var wait = new GreetPause(input, dialog.Server.Delays);
        TimeProvider time = dialog.Server.Heartbeat.Time;
        long start = time.GetTimestamp();
        wait._queue.Add(wait._entry, pause < Longest ? pause : Longest);
        try
        {
            while (true)
            {
                ReadResult read = await input.ReadAsync();
                bool talks = !read.Buffer.IsEmpty;
                input.AdvanceTo(read.Buffer.Start);
                if (talks)
                {
                    Reject(dialog, time.GetElapsedTime(start));
                    return true;
                }

                if (read.IsCompleted)
                {
                    return false;
                }

                if (wait._over || dialog.StopRequested)
                {
                    return true;
                }
            }
        }
        finally
        {
            wait._queue.Remove(wait._entry);
        }
    }

    private static void Reject(SessionDialog dialog, TimeSpan after)
    {
        int seconds = (int)Math.Round(after.TotalSeconds, MidpointRounding.AwayFromZero);
        dialog.LogSession(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"rejecting commands from {Encoding.UTF8.GetString(dialog.ClientText)} " +
            $"due to pre-greeting traffic after {seconds} seconds")));
        dialog.TalkedTooEarly = true;
        dialog.Rejection = SessionDialog.CommandRejected;
    }
}
