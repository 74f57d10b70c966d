using Relay.Server.Policies;
using Relay.Smtp.Replies;

namespace Relay.Server.Sessions;

/// <summary>VRFY and EXPN (RFC 5321 §3.5).</summary>
internal static class VerifyCommands
{
    /// <summary>VRFY tells nothing about addresses (RFC 5321 §7.3).</summary>
    public static Step Vrfy(SessionDialog dialog, ReadOnlySpan<byte> arguments)
    {
        dialog.HasPurpose = true;
        return arguments.IsEmpty ? dialog.Refuse(Replies.ArgumentRequired) : dialog.Reply(Replies.CannotVrfy);
    }

    public static Step Expn(SessionDialog dialog, ReadOnlySpan<byte> arguments)
    {
        dialog.HasPurpose = true;
        return dialog.Reply(Replies.NotAllowed);
    }

    /// <summary>The verifier has answered.</summary>
    public static Step Finish(SessionDialog dialog, AddressListing listing)
    {
        for (int i = 0; i < listing.Lines.Count; i++)
        {
            ReplyWriter.WriteLine(dialog.Output, listing.Lines[i]);
        }

        return Step.Continue;
    }
}
