using Relay.Server.Policies;
using Relay.Smtp;
using Relay.Smtp.Replies;

namespace Relay.Server.Sessions;

/// <summary>VRFY and EXPN (RFC 5321 §3.5), as far as the privacy options allow them (§7.3).</summary>
internal static class VerifyCommands
{
    public static Step Vrfy(SessionDialog dialog, ReadOnlySpan<byte> arguments)
    {
        dialog.HasPurpose = true;
        if (TryRefuse(dialog, PrivacyFlags.NeedVrfyHelo, out Step refused))
        {
            return refused;
        }

        if (arguments.IsEmpty)
        {
            return dialog.Refuse(Replies.ArgumentRequired);
        }

        if (dialog.Settings.Hides(PrivacyFlags.NoVrfy) || dialog.Server.AddressVerifier is not { } verifier)
        {
            LogRejected(dialog, "VRFY "u8, arguments);
            return dialog.Reply(Replies.CannotVrfy);
        }

        return Answer(dialog, verifier.VerifyAsync(dialog.Client, arguments.ToArray()));
    }

    public static Step Expn(SessionDialog dialog, ReadOnlySpan<byte> arguments)
    {
        dialog.HasPurpose = true;
        if (TryRefuse(dialog, PrivacyFlags.NeedExpnHelo, out Step refused))
        {
            return refused;
        }

        if (dialog.Settings.Hides(PrivacyFlags.NoExpn) || dialog.Server.AddressVerifier is not { } verifier)
        {
            LogRejected(dialog, "EXPN "u8, arguments);
            return dialog.Reply(Replies.NotAllowed);
        }

        return arguments.IsEmpty
            ? dialog.Refuse(Replies.ArgumentRequired)
            : Answer(dialog, verifier.ExpandAsync(dialog.Client, arguments.ToArray()));
    }

    /// <summary>The verifier has answered: one reply, all its lines but the last with a hyphen.</summary>
    public static Step Finish(SessionDialog dialog, AddressListing listing)
    {
        Span<byte> scratch = stackalloc byte[SmtpLimits.ReplyLineMax];
        for (int i = 0; i < listing.Lines.Count; i++)
        {
            ReadOnlySpan<byte> line = listing.Lines[i];
            line = line[..Math.Min(line.Length, scratch.Length)];
            line.CopyTo(scratch);
            scratch[3] = i == listing.Lines.Count - 1 ? (byte)' ' : (byte)'-';
            ReplyWriter.WriteLine(dialog.Output, scratch[..line.Length]);
        }

        return Step.Continue;
    }

    private static Step Answer(SessionDialog dialog, ValueTask<AddressListing> listing) =>
        listing.IsCompletedSuccessfully ? Finish(dialog, listing.Result) : dialog.Pending.Await(listing);

    private static bool TryRefuse(SessionDialog dialog, PrivacyFlags needsHello, out Step step)
    {
        if (dialog.NeedsAuthentication)
        {
            step = dialog.Refuse(Replies.AuthenticationRequired);
            return true;
        }

        if (!dialog.IsGreeted && dialog.Settings.Hides(needsHello))
        {
            step = dialog.Refuse(Replies.IntroduceYourself);
            return true;
        }

        step = default;
        return false;
    }

    private static void LogRejected(SessionDialog dialog, ReadOnlySpan<byte> verb, ReadOnlySpan<byte> argument)
    {
        const int ShownMax = 200;
        Span<byte> text = stackalloc byte[ShownMax + 16];
        verb.CopyTo(text);
        int length = verb.Length;
        argument = argument[..Math.Min(argument.Length, ShownMax)];
        argument.CopyTo(text[length..]);
        length += argument.Length;
        " [rejected]"u8.CopyTo(text[length..]);
        dialog.LogSession(text[..(length + " [rejected]"u8.Length)]);
    }
}
