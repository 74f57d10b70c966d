using System.Buffers;
using System.Text;
using Relay.Server.Policies;
using Relay.Smtp;
using Relay.Smtp.Addressing;

namespace Relay.Server.Transactions;

/// <summary>
/// Puts the recipients that a policy named into the envelope in place of the one that the client gave. Stateless.
/// </summary>
internal static class RecipientReplacement
{
    /// <summary>The stored form counts recipients in 16 bits.</summary>
    public const int RecipientsMax = ushort.MaxValue;

    private static readonly SearchValues<byte> NotInUnitext =
        SearchValues.Create([.. Enumerable.Range(0, 33).Select(static octet => (byte)octet), .. "+=\\\x7f"u8]);

    /// <param name="present">
    /// The envelope's: recipients of earlier RCPTs are not added again; those of one RCPT are the policy's.
    /// </param>
    /// <param name="given">The recipient that the client gave: ORCPT where it gave none (RFC 3461 §4.2).</param>
    /// <param name="originalRecipient">ORCPT as sent; empty if none.</param>
    /// <returns>False if the envelope cannot take so many; nothing has changed.</returns>
    public static bool TryAdd(
        Envelope envelope,
        RecipientSet present,
        IReadOnlyList<ReplacementRecipient> replacements,
        ReadOnlySpan<byte> given,
        ReadOnlySpan<byte> originalRecipient,
        DsnNotify notify)
    {
        int before = envelope.RecipientCount;
        if (before + replacements.Count > RecipientsMax)
        {
            return false;
        }

        Span<byte> scratch = stackalloc byte[SmtpLimits.OriginalRecipientMax];
        scoped ReadOnlySpan<byte> original = originalRecipient.IsEmpty
            ? scratch[..WriteOriginal(given, scratch)]
            : originalRecipient;

        for (int i = 0; i < replacements.Count; i++)
        {
            ReplacementRecipient recipient = replacements[i];
            if (!present.Contains(envelope, before, recipient.ForwardPath.Span, recipient.ReversePath))
            {
                Add(envelope, recipient, original, notify);
            }
        }

        return true;
    }

    private static void Add(
        Envelope envelope,
        in ReplacementRecipient recipient,
        ReadOnlySpan<byte> original,
        DsnNotify notify)
    {
        if (recipient.ReversePath is { } own)
        {
            envelope.AddRecipient(recipient.ForwardPath.Span, original, DsnNotify.Unspecified, own);
        }
        else
        {
            envelope.AddRecipient(recipient.ForwardPath.Span, original, notify);
        }
    }

    /// <summary>The address as ORCPT, or nothing if it cannot be one.</summary>
    private static int WriteOriginal(ReadOnlySpan<byte> address, Span<byte> destination)
    {
        if (Ascii.IsValid(address))
        {
            "rfc822;"u8.CopyTo(destination);
            return (address.Length * 3) + 7 > destination.Length
                ? 0
                : 7 + Xtext.Encode(address, destination[7..]);
        }

        if (address.ContainsAny(NotInUnitext) || address.Length + 6 > destination.Length)
        {
            return 0;
        }

        "utf-8;"u8.CopyTo(destination);
        address.CopyTo(destination[6..]);
        return 6 + address.Length;
    }
}
