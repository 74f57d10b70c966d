using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Relay.LoadGenerator.Messages;

namespace Relay.LoadGenerator.Sink;

/// <summary>
/// Command lines as far as the sink looks at them. It has no grammar: it takes what a client under test sends.
/// </summary>
internal static class SinkVerbs
{
    private const uint Lower = 0x20202020;

    internal static SinkVerb Parse(ReadOnlySpan<byte> command)
    {
        if (command.Length < 4 || (command.Length > 4 && command[4] != (byte)' '))
        {
            return SinkVerb.Unknown;
        }

        return (BinaryPrimitives.ReadUInt32BigEndian(command) | Lower) switch
        {
            0x65686c6f => SinkVerb.Ehlo,
            0x68656c6f => SinkVerb.Helo,
            0x6c686c6f => SinkVerb.Lhlo,
            0x6d61696c => SinkVerb.Mail,
            0x72637074 => SinkVerb.Rcpt,
            0x64617461 => SinkVerb.Data,
            0x62646174 => SinkVerb.Bdat,
            0x72736574 => SinkVerb.Rset,
            0x6e6f6f70 => SinkVerb.Noop,
            0x76726679 => SinkVerb.Vrfy,
            0x71756974 => SinkVerb.Quit,
            _ => SinkVerb.Unknown,
        };
    }

    /// <summary>The stage at which the command's reply may be delayed or replaced.</summary>
    internal static FaultStage? Stage(SinkVerb verb) => verb switch
    {
        SinkVerb.Ehlo or SinkVerb.Helo or SinkVerb.Lhlo => FaultStage.Ehlo,
        SinkVerb.Mail => FaultStage.Mail,
        SinkVerb.Rcpt => FaultStage.Rcpt,
        SinkVerb.Data => FaultStage.Data,
        SinkVerb.Rset => FaultStage.Rset,
        SinkVerb.Quit => FaultStage.Quit,
        _ => null,
    };

    internal static bool TryParseBdat(ReadOnlySpan<byte> command, out long size, out bool isLast)
    {
        isLast = false;
        size = 0;
        if (command.Length < 6 || !Utf8Parser.TryParse(command[5..], out size, out int digits) || size < 0)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = command[(5 + digits)..];
        isLast = Ascii.EqualsIgnoreCase(rest, " LAST"u8);
        return isLast || rest.IsEmpty;
    }

    /// <summary>A number for the mailbox between the angle brackets, the same for either case of letters.</summary>
    internal static ulong MailboxKey(ReadOnlySpan<byte> command)
    {
        int start = command.IndexOf((byte)'<') + 1;
        int end = command.LastIndexOf((byte)'>');
        ReadOnlySpan<byte> mailbox = end > start ? command[start..end] : command;
        Span<byte> folded = stackalloc byte[512];
        mailbox = mailbox[..Math.Min(mailbox.Length, folded.Length)];
        Ascii.ToLower(mailbox, folded, out int length);
        if (length < mailbox.Length)
        {
            mailbox.CopyTo(folded); // not ASCII: as it is
            length = mailbox.Length;
        }

        var checksum = default(BodyChecksum);
        checksum.Append(folded[..length]);
        return checksum.Finish();
    }
}
