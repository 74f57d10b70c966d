using Relay.Delivery.Client;
using Relay.Delivery.Rules;

namespace Relay.Delivery.Destinations;

/// <summary>
/// What slows or stops a destination, and what ends that: refusals by the next hop and what the rules make of them,
/// suspensions, changed rules. Thread-safe; nothing is called out under the lock.
/// </summary>
/// <param name="gate">The destination's lock; guards the parts that follow.</param>
internal sealed class DestinationControl(
    DeliveryContext context,
    Destination destination,
    Lock gate,
    SendLimiter limiter,
    DestinationLine line,
    DestinationHealth health,
    SuspensionState suspension)
{
    /// <summary>
    /// Draws the consequence that a refusal has for the destination, and tells the one it has for the mail.
    /// </summary>
    public ReplyVerdict Judge(ClientPhase phase, DeliveryFailure failure)
    {
        health.LastFailure = failure;
        ReplyVerdict verdict = context.Rules.Replies.Judge(
            destination.Route, phase, failure.Code, failure.EnhancedCode, failure.Text);
        if (verdict.Action == ReplyAction.Suspend)
        {
            Suspend($"{FailureText.Describe(failure)} ({verdict.Rule!.Origin})", verdict.Duration);
        }
        else if (verdict.Action is ReplyAction.SlowDown or ReplyAction.Count)
        {
            long now = context.Heartbeat.Now;
            lock (gate)
            {
                bool takesOthers = phase is ClientPhase.Greeting or ClientPhase.Hello && health.Established > 0;
                limiter.OnRefused(now, health.Established, takesOthers ? ReplyAction.Nothing : verdict.Action);
            }
        }

        return verdict;
    }

    /// <summary>The next hop took a message.</summary>
    public void OnAccepted() => limiter.OnAccepted();

    /// <summary>A message needs more than one transaction: the rate counts each.</summary>
    public void ChargeTransaction()
    {
        lock (gate)
        {
            limiter.ChargeTransaction();
        }
    }

    /// <summary>Takes the rules over that are in force now.</summary>
    public void ApplyRules()
    {
        lock (gate)
        {
            line.Apply(context.Rules.For(destination.Route));
        }

        Unblock();
        FollowRoutes();
    }

    /// <summary>
    /// Routes may have changed. While nothing is sent each waiting message is looked at once, without a connection:
    /// those that are to go another way leave the line, the others stay in it.
    /// </summary>
    public void FollowRoutes()
    {
        long now = context.Heartbeat.Now;
        lock (gate)
        {
            if (!suspension.IsOn && !health.IsBlocked(now))
            {
                return; // who sends finds out with each message
            }

            line.LookAtAll();
        }

        destination.Pump();
    }

    /// <summary>
    /// Ends the pause, a slow-down, and a suspension that no administrator ordered: parked messages are attempted now.
    /// </summary>
    public void Unblock()
    {
        if (suspension.IsOn && !suspension.IsManual)
        {
            Resume();
        }

        lock (gate)
        {
            health.Unblock();
            limiter.Reset();
        }

        destination.Pump();
    }

    /// <summary>
    /// Sends no more mail for so long; transactions that are under way end first. Mail that comes waits in line,
    /// expires in its time, and leaves when the suspension is over.
    /// </summary>
    /// <param name="reason">In words, such as <c>authentication failed: 535 5.7.8 bad password</c>.</param>
    public void Suspend(string reason, TimeSpan duration)
    {
        if (!suspension.IsOn)
        {
            context.LogAlarm($"{destination.Name} gets no mail for {duration}: {reason}");
        }

        Suspend(new Suspension(reason, context.UtcNow, context.UtcNow + duration, IsManual: false));
    }

    /// <inheritdoc cref="Suspend(string, TimeSpan)"/>
    public void Suspend(Suspension order)
    {
        lock (gate)
        {
            suspension.Begin(order);
        }

        destination.EndIdle();
    }

    /// <summary>Ends a suspension, whoever ordered it.</summary>
    public void Resume()
    {
        lock (gate)
        {
            suspension.End();
        }

        destination.Pump();
    }

    /// <summary>
    /// Takes over what the table of suspensions says; called once it can be found by those who suspend.
    /// </summary>
    public void RefreshSuspension()
    {
        lock (gate)
        {
            suspension.Refresh(context.UtcNow);
        }
    }
}
