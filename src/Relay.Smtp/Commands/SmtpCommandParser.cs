using System.Buffers.Binary;
using Relay.Smtp.Addressing;

namespace Relay.Smtp.Commands;

/// <summary>
/// The command grammar of RFC 5321 §4.1 with the parameters of RFC 1870, 3461, 6152 and 6531, on one line without its
/// CRLF. Stateless; what it returns are views on the line; nothing is allocated.
/// </summary>
public static class SmtpCommandParser
{
    /// <summary>Recognises the verb, in any case, by its first four octets as one word.</summary>
    /// <param name="arguments">What follows the verb, without white space around it; empty if there is nothing.</param>
    public static SmtpVerb ParseVerb(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> arguments)
    {
        if (line.Length < 4)
        {
            arguments = default;
            return SmtpVerb.Unknown;
        }

        // Setting bit 5 folds letters to lower case and maps no other octet onto a letter.
        SmtpVerb verb = (BinaryPrimitives.ReadUInt32BigEndian(line) | 0x20202020) switch
        {
            0x65686C6F => SmtpVerb.Ehlo,
            0x68656C6F => SmtpVerb.Helo,
            0x6C686C6F => SmtpVerb.Lhlo,
            0x6D61696C => SmtpVerb.Mail,
            0x72637074 => SmtpVerb.Rcpt,
            0x64617461 => SmtpVerb.Data,
            0x62646174 => SmtpVerb.Bdat,
            0x72736574 => SmtpVerb.Rset,
            0x6E6F6F70 => SmtpVerb.Noop,
            0x76726679 => SmtpVerb.Vrfy,
            0x6578706E => SmtpVerb.Expn,
            0x68656C70 => SmtpVerb.Help,
            0x6574726E => SmtpVerb.Etrn,
            0x76657262 => SmtpVerb.Verb,
            0x71756974 => SmtpVerb.Quit,
            0x61757468 => SmtpVerb.Auth,
            _ => SmtpVerb.Unknown,
        };

        int length = 4;
        if (verb == SmtpVerb.Unknown)
        {
            verb = RareVerbs.Parse(line, out length);
        }

        if (line.Length == length)
        {
            arguments = default;
            return verb;
        }

        if (line[length] != (byte)' ')
        {
            arguments = default;
            return SmtpVerb.Unknown;
        }

        arguments = line[(length + 1)..];
        if (!arguments.IsEmpty && (arguments[0] <= (byte)' ' || arguments[^1] <= (byte)' '))
        {
            arguments = arguments.Trim(" \t"u8);
        }

        return verb;
    }

    /// <summary><c>"FROM:" Reverse-path [SP Mail-parameters]</c>; white space behind the colon is tolerated.</summary>
    public static CommandError ParseMail(ReadOnlySpan<byte> arguments, out MailCommand command)
    {
        command = default;
        if (arguments.Length < 5
            || (BinaryPrimitives.ReadUInt32BigEndian(arguments) | 0x20202020) != 0x66726F6D
            || arguments[4] != (byte)':')
        {
            return CommandError.MailSyntax;
        }

        PathStatus status = PathParser.Parse(arguments[5..].TrimStart((byte)' '), out ParsedPath path, out int length);
        if (status is PathStatus.Syntax or PathStatus.TooLong)
        {
            return status == PathStatus.Syntax ? CommandError.ReversePathSyntax : CommandError.ReversePathTooLong;
        }

        ReadOnlySpan<byte> parameters = arguments[5..].TrimStart((byte)' ')[length..];
        CommandError error = MailParameters.Parse(parameters, path, out command);
        return error != CommandError.None ? error
            : status == PathStatus.Unqualified ? CommandError.ReversePathUnqualified
            : path.HasUtf8 && !command.SmtpUtf8 ? CommandError.ReversePathNeedsSmtpUtf8
            : CommandError.None;
    }

    /// <summary><c>"TO:" ( "&lt;Postmaster&gt;" / Forward-path ) [SP Rcpt-parameters]</c>.</summary>
    public static CommandError ParseRcpt(ReadOnlySpan<byte> arguments, out RcptCommand command)
    {
        command = default;
        if (arguments.Length < 3
            || (arguments[0] | 0x20) != (byte)'t'
            || (arguments[1] | 0x20) != (byte)'o'
            || arguments[2] != (byte)':')
        {
            return CommandError.RcptSyntax;
        }

        ReadOnlySpan<byte> rest = arguments[3..].TrimStart((byte)' ');
        PathStatus status = PathParser.Parse(rest, out ParsedPath path, out int length);
        if (status is PathStatus.Syntax or PathStatus.TooLong || path.Mailbox.IsEmpty)
        {
            return status == PathStatus.TooLong ? CommandError.ForwardPathTooLong : CommandError.ForwardPathSyntax;
        }

        CommandError error = RcptParameters.Parse(rest[length..], path, out command);
        return error == CommandError.None && status == PathStatus.Unqualified && !command.IsPostmaster
            ? CommandError.ForwardPathUnqualified
            : error;
    }

    /// <summary><c>chunk-size [SP "LAST"]</c> (RFC 3030 §2).</summary>
    public static CommandError ParseBdat(ReadOnlySpan<byte> arguments, out BdatCommand command)
    {
        command = default;
        int digits = arguments.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        ReadOnlySpan<byte> size = digits < 0 ? arguments : arguments[..digits];
        ReadOnlySpan<byte> rest = arguments[size.Length..];
        bool last = false;
        if (!rest.IsEmpty)
        {
            ReadOnlySpan<byte> word = rest.TrimStart((byte)' ');
            last = word.Length == 4 && word.Length < rest.Length
                && (BinaryPrimitives.ReadUInt32BigEndian(word) | 0x20202020) == 0x6C617374;
            if (!last)
            {
                return CommandError.BdatSyntax;
            }
        }

        if (!Decimal.TryParse(size, out long octets))
        {
            return CommandError.BdatSyntax;
        }

        command = new BdatCommand { Size = octets, IsLast = last };
        return CommandError.None;
    }

    /// <summary><c>( Domain / address-literal )</c>.</summary>
    public static CommandError ParseHello(ReadOnlySpan<byte> arguments, out HelloCommand command)
    {
        command = default;
        if (arguments.IsEmpty)
        {
            return CommandError.HelloMissing;
        }

        bool literal = arguments[0] == (byte)'[';
        bool valid = arguments.Length <= SmtpLimits.DomainMax
            && (literal ? AddressLiteral.TryParse(arguments, out _) : Domain.IsValidAscii(arguments));
        if (!valid)
        {
            return CommandError.HelloSyntax;
        }

        command = new HelloCommand { Name = arguments, IsAddressLiteral = literal };
        return CommandError.None;
    }
}
