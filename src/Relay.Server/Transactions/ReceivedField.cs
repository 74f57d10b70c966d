using System.Diagnostics;
using Relay.Queue;

namespace Relay.Server.Transactions;

/// <summary>
/// Builds this hop's trace field (RFC 5321 §4.4), folded as Sendmail folds it:
/// <code>
/// Received: from HELO (NAME [ADDRESS])
/// 	by HOST with ESMTP id QID
/// 	(version=TLSv1.3 cipher=… bits=256 verify=NO)
/// 	for &lt;RCPT&gt;; DATE
/// </code>
/// The third line only with TLS, <c>for</c> only with a single recipient, since it would tell one recipient of another
/// (§7.6).
/// </summary>
internal static class ReceivedField
{
    /// <summary>Octets that a field needs at most.</summary>
    /// <param name="variable">Sum of the lengths of helo, client, host, TLS and recipient.</param>
    public static int LengthMax(int variable) => variable + QueueId.TextLength + DateStamp.Length + 96;

    /// <summary>Writes the field; returns its length. The destination has <see cref="LengthMax"/> octets.</summary>
    /// <param name="recipient">The only recipient, as it was given; empty if there are several.</param>
    public static int Write(Span<byte> destination, in ReceivedFieldValues values, ReadOnlySpan<byte> recipient)
    {
        var writer = new Cursor(destination);
        writer.Add("Received: from "u8);
        writer.Add(values.Helo);
        writer.Add(" ("u8);
        writer.Add(values.Client);
        writer.Add(")\r\n\tby "u8);
        writer.Add(values.HostName);
        writer.Add(" with "u8);
        writer.Add(values.Protocol);
        writer.Add(" id "u8);
        writer.Add(values.Id);
        if (!values.Tls.IsEmpty)
        {
            writer.Add("\r\n\t"u8);
            writer.Add(values.Tls);
        }

        if (!recipient.IsEmpty)
        {
            writer.Add("\r\n\tfor <"u8);
            writer.Add(recipient);
            writer.Add(">; "u8);
        }
        else
        {
            writer.Add(";\r\n\t"u8);
        }

        writer.Add(values.Date);
        writer.Add("\r\n"u8);
        return writer.Length;
    }

    private ref struct Cursor(Span<byte> destination)
    {
        private readonly Span<byte> _destination = destination;

        public int Length { get; private set; }

        public void Add(ReadOnlySpan<byte> octets)
        {
            Debug.Assert(octets.Length <= _destination.Length - Length);
            octets.CopyTo(_destination[Length..]);
            Length += octets.Length;
        }
    }
}
