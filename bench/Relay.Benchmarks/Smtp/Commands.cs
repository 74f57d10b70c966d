using System.Buffers;
using Relay.Smtp;
using Relay.Smtp.Commands;
using Relay.Smtp.Framing;

namespace Relay.Benchmarks.Smtp;

/// <summary>What a session does with a command line: frame it, recognise the verb, parse the arguments.</summary>
internal static class Commands
{
    /// <returns>Something of the result, so that nothing is optimised away.</returns>
    public static long Parse(in ReadOnlySequence<byte> input)
    {
        CommandLineFramer.TryReadLine(input, SmtpLimits.ExtendedCommandLineMax, out ReadOnlySequence<byte> line, out _);
        ReadOnlySpan<byte> span = line.FirstSpan;
        if (!line.IsSingleSegment)
        {
            int length = (int)line.Length;
            byte[] joined = ArrayPool<byte>.Shared.Rent(length);
            line.CopyTo(joined);
            long result = ParseLine(joined.AsSpan(0, length));
            ArrayPool<byte>.Shared.Return(joined);
            return result;
        }

        return ParseLine(span);
    }

    public static long ParseLine(ReadOnlySpan<byte> line)
    {
        SmtpVerb verb = SmtpCommandParser.ParseVerb(line, out ReadOnlySpan<byte> arguments);
        switch (verb)
        {
            case SmtpVerb.Mail:
                SmtpCommandParser.ParseMail(arguments, out MailCommand mail);
                return mail.Size + mail.Mailbox.Length;
            case SmtpVerb.Rcpt:
                SmtpCommandParser.ParseRcpt(arguments, out RcptCommand rcpt);
                return rcpt.Mailbox.Length;
            case SmtpVerb.Bdat:
                SmtpCommandParser.ParseBdat(arguments, out BdatCommand bdat);
                return bdat.Size;
            case SmtpVerb.Ehlo or SmtpVerb.Helo:
                SmtpCommandParser.ParseHello(arguments, out HelloCommand hello);
                return hello.Name.Length;
            default:
                return (long)verb;
        }
    }
}
