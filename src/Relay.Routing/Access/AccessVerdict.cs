using Relay.Routing.Verdicts;
using Relay.Tables;
using Relay.Tables.Access;

namespace Relay.Routing.Access;

/// <summary>What a value of the access table means for the thing that was looked up.</summary>
internal static class AccessVerdict
{
    public static readonly TableReply TemporaryFailure =
        ReplyText.Parse("451 4.3.0 Temporary system failure. Please try again later.", "4.3.0");

    /// <param name="value">The value found.</param>
    /// <param name="rejection">What REJECT says at this place.</param>
    /// <param name="named">The address that the reply names; null if there is none.</param>
    public static Verdict Of(in AccessValue value, in TableReply rejection, ReadOnlyMemory<byte>? named) =>
        value.Kind switch
        {
            AccessValueKind.Ok or AccessValueKind.Relay => Verdict.Allow,
            AccessValueKind.Reject => Verdict.Refuse(ReplyText.Compose(rejection, named)),
            AccessValueKind.Discard => Verdict.Discard,
            AccessValueKind.Quarantine => Verdict.Hold(value.Text.ToArray()),
            AccessValueKind.Error => Verdict.Refuse(ReplyText.Compose(value.Reply, named)),
            _ => Verdict.Accept,
        };

    /// <summary>The verdict of a look-up's outcome.</summary>
    public static Verdict Of(
        LookupResult result, in AccessHit hit, in TableReply rejection, ReadOnlyMemory<byte>? named) =>
        result switch
        {
            LookupResult.Found => Of(hit.Value, rejection, named),
            LookupResult.TemporaryFailure => Verdict.Refuse(ReplyText.Compose(TemporaryFailure, named)),
            _ => Verdict.Accept,
        };
}
