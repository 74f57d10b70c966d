using System.Text;
using Relay.Smtp.Addressing;

namespace Relay.Smtp.Commands;

/// <summary>The parameters of MAIL: SIZE, BODY, SMTPUTF8, RET, ENVID, AUTH; each at most once.</summary>
internal static class MailParameters
{
    [Flags]
    private enum Seen
    {
        None = 0,
        Size = 1,
        Body = 2,
        SmtpUtf8 = 4,
        Return = 8,
        EnvelopeId = 16,
        Auth = 32,
    }

    public static CommandError Parse(ReadOnlySpan<byte> parameters, ParsedPath path, out MailCommand command)
    {
        Seen seen = Seen.None;
        long size = -1;
        BodyType body = BodyType.SevenBit;
        DsnReturn @return = DsnReturn.Unspecified;
        ReadOnlySpan<byte> envelopeId = default;
        CommandError error = CommandError.None;
        var reader = new EsmtpParameterReader(parameters);
        command = default;
        while (reader.Read())
        {
            Seen parameter = Recognise(reader.Keyword);
            if (parameter == Seen.None)
            {
                return CommandError.ParameterUnknown;
            }

            if ((seen & parameter) != 0)
            {
                return CommandError.ParameterDuplicate;
            }

            seen |= parameter;
            switch (parameter)
            {
                case Seen.Size:
                    error = Decimal.TryParse(reader.Value, out size) ? CommandError.None : CommandError.SizeSyntax;
                    break;
                case Seen.Body:
                    error = ParseBody(reader.Value, out body);
                    break;
                case Seen.Return:
                    error = ParseReturn(reader.Value, out @return);
                    break;
                case Seen.EnvelopeId:
                    envelopeId = reader.Value;
                    bool valid = envelopeId.Length is > 0 and <= SmtpLimits.EnvelopeIdMax && Xtext.IsValid(envelopeId);
                    error = valid ? CommandError.None : CommandError.EnvelopeIdSyntax;
                    break;
                case Seen.Auth:
                    bool isSubmitter = !reader.Value.IsEmpty && Xtext.IsValid(reader.Value);
                    error = isSubmitter ? CommandError.None : CommandError.AuthSyntax;
                    break;
                default:
                    error = reader.Value.IsEmpty ? CommandError.None : CommandError.ParameterSyntax;
                    break;
            }

            if (error != CommandError.None)
            {
                return error;
            }
        }

        command = new MailCommand
        {
            Mailbox = path.Mailbox,
            HasUtf8Address = path.HasUtf8,
            Size = size,
            Body = body,
            SmtpUtf8 = (seen & Seen.SmtpUtf8) != 0,
            Return = @return,
            EnvelopeId = envelopeId,
        };
        return reader.IsMalformed ? CommandError.ParameterSyntax : CommandError.None;
    }

    private static Seen Recognise(ReadOnlySpan<byte> keyword) => keyword.Length switch
    {
        4 when Ascii.EqualsIgnoreCase(keyword, "SIZE"u8) => Seen.Size,
        4 when Ascii.EqualsIgnoreCase(keyword, "BODY"u8) => Seen.Body,
        4 when Ascii.EqualsIgnoreCase(keyword, "AUTH"u8) => Seen.Auth,
        8 when Ascii.EqualsIgnoreCase(keyword, "SMTPUTF8"u8) => Seen.SmtpUtf8,
        3 when Ascii.EqualsIgnoreCase(keyword, "RET"u8) => Seen.Return,
        5 when Ascii.EqualsIgnoreCase(keyword, "ENVID"u8) => Seen.EnvelopeId,
        _ => Seen.None,
    };

    /// <summary>RFC 6152 §3.</summary>
    private static CommandError ParseBody(ReadOnlySpan<byte> value, out BodyType body)
    {
        body = BodyType.SevenBit;
        if (Ascii.EqualsIgnoreCase(value, "8BITMIME"u8))
        {
            body = BodyType.EightBitMime;
            return CommandError.None;
        }

        return Ascii.EqualsIgnoreCase(value, "7BIT"u8) ? CommandError.None
            : Ascii.EqualsIgnoreCase(value, "BINARYMIME"u8) ? CommandError.BodyBinaryMime
            : CommandError.BodyUnknown;
    }

    /// <summary>RFC 3461 §4.3.</summary>
    private static CommandError ParseReturn(ReadOnlySpan<byte> value, out DsnReturn @return)
    {
        @return = Ascii.EqualsIgnoreCase(value, "FULL"u8) ? DsnReturn.Full
            : Ascii.EqualsIgnoreCase(value, "HDRS"u8) ? DsnReturn.Headers
            : DsnReturn.Unspecified;
        return @return == DsnReturn.Unspecified ? CommandError.ReturnSyntax : CommandError.None;
    }
}
