using Relay.Server.Policies;
using Relay.Smtp.Replies;

namespace Relay.Server.Sessions;

/// <summary>ETRN (RFC 1985), through <see cref="IEtrnHandler"/>.</summary>
internal static class EtrnCommand
{
    public static Step Etrn(SessionDialog dialog, ReadOnlySpan<byte> arguments)
    {
        if (dialog.Server.EtrnHandler is not { } handler)
        {
            return dialog.Refuse(Replies.CommandNotImplemented);
        }

        dialog.HasPurpose = true;
        if (dialog.Settings.Hides(PrivacyFlags.NoEtrn) || (dialog.Modifiers & ListenerModifiers.NoEtrn) != 0)
        {
            return dialog.Reply(Replies.NotAllowed);
        }

        if (dialog.NeedsAuthentication)
        {
            return dialog.Refuse(Replies.AuthenticationRequired);
        }

        if (dialog.Transaction is not null)
        {
            return dialog.Refuse(Replies.SenderAlreadySpecified);
        }

        byte option = !arguments.IsEmpty && arguments[0] is (byte)'@' or (byte)'#' ? arguments[0] : (byte)0;
        ReadOnlySpan<byte> node = option == 0 ? arguments : arguments[1..];
        if (node.IsEmpty)
        {
            return dialog.Refuse(Replies.ArgumentRequired);
        }

        ReplyWriter.Insert(
            dialog.Output,
            handler.Start(dialog.Client, node, option) switch
            {
                EtrnResult.Started => Replies.QueueingStarted,
                EtrnResult.Unable => Replies.QueueingUnavailable,
                _ => Replies.QueueingRefused,
            },
            node);
        return Step.Continue;
    }
}
