using Relay.Queue;

namespace Relay.Delivery;

/// <summary>Wants to see the dialogues with next hops (Sendmail: -v). Asked once per message; thread-safe.</summary>
public interface IDialogueObserver
{
    /// <summary>Who sees this message's dialogue; null for nobody, which must cost next to nothing.</summary>
    IDialogue? Find(QueueId id);
}
