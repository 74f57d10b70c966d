using Relay.Smtp;

namespace Relay.Delivery.Tests.Simulation;

/// <summary>What was asked for one recipient of a simulated message, and what became of it.</summary>
internal sealed class SimulatedRecipient(DateTimeOffset submitted, DsnNotify notify, int urgency)
{
    public DateTimeOffset Submitted { get; } = submitted;

    public DsnNotify Notify { get; } = notify;

    /// <summary>1 urgent, 0 normal, -1 non-urgent.</summary>
    public int Urgency { get; } = urgency;

    /// <summary>When its server took it, the last time.</summary>
    public DateTimeOffset? Taken { get; set; }

    public int TimesTaken { get; set; }

    /// <summary>Its server took it and the reply was lost.</summary>
    public int RepliesLost { get; set; }

    /// <summary>When its server refused it for good.</summary>
    public DateTimeOffset? Refused { get; set; }

    public int TimesRefused { get; set; }

    /// <summary>What its sender was told, and when.</summary>
    public List<(string Action, string Status, DateTimeOffset Time)> Told { get; } = [];
}
