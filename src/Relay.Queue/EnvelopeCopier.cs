using Relay.Smtp;

namespace Relay.Queue;

/// <summary>Copies envelopes between their reusable arenas.</summary>
internal static class EnvelopeCopier
{
    public static void Copy(Envelope source, Envelope target)
    {
        target.Reset();
        target.Body = source.Body;
        target.SmtpUtf8 = source.SmtpUtf8;
        target.Return = source.Return;
        target.SetReversePath(source.ReversePath);
        target.SetEnvelopeId(source.EnvelopeId);
        target.SetHelo(source.Helo);
        target.SetClient(source.Client);
        target.SetAuthIdentity(source.AuthIdentity);
        if (source.ArrivalUses != ArrivalUses.None)
        {
            target.SetArrival(source.ArrivalAddress, source.ArrivalUses);
        }

        for (int i = 0; i < source.RecipientCount; i++)
        {
            EnvelopeRecipient recipient = source.GetRecipient(i);
            if (recipient.HasOwnReversePath)
            {
                target.AddRecipient(
                    recipient.ForwardPath, recipient.OriginalRecipient, recipient.Notify, recipient.ReversePath);
            }
            else
            {
                target.AddRecipient(recipient.ForwardPath, recipient.OriginalRecipient, recipient.Notify);
            }
        }
    }
}
