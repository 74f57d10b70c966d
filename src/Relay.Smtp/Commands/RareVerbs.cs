using System.Buffers.Binary;
using System.Text;

namespace Relay.Smtp.Commands;

/// <summary>
/// Verbs that are not four octets long: STARTTLS, XCLIENT, and the first words of protocols that are not ours.
/// </summary>
internal static class RareVerbs
{
    /// <param name="length">Octets of the verb; meaningless for <see cref="SmtpVerb.Unknown"/>.</param>
    public static SmtpVerb Parse(ReadOnlySpan<byte> line, out int length)
    {
        switch (BinaryPrimitives.ReadUInt32BigEndian(line) | 0x20202020)
        {
            case 0x73746172:
                return Match(line, "STARTTLS"u8, SmtpVerb.StartTls, out length);
            case 0x78636C69:
                return Match(line, "XCLIENT"u8, SmtpVerb.Xclient, out length);
            case 0x70726F78:
                return Match(line, "PROXY"u8, SmtpVerb.Http, out length); // a header where none is expected
            case 0x67657420:
                return Match(line, "GET"u8, SmtpVerb.Http, out length);
            case 0x70757420:
                return Match(line, "PUT"u8, SmtpVerb.Http, out length);
            case 0x706F7374:
                return Match(line, "POST"u8, SmtpVerb.Http, out length);
            case 0x68656164:
                return Match(line, "HEAD"u8, SmtpVerb.Http, out length);
            case 0x75736572:
                return Match(line, "USER"u8, SmtpVerb.Http, out length);
            case 0x74726163:
                return Match(line, "TRACE"u8, SmtpVerb.Http, out length);
            case 0x70617463:
                return Match(line, "PATCH"u8, SmtpVerb.Http, out length);
            case 0x64656C65:
                return Match(line, "DELETE"u8, SmtpVerb.Http, out length);
            case 0x636F6E6E:
                return Match(line, "CONNECT"u8, SmtpVerb.Http, out length);
            case 0x6F707469:
                return Match(line, "OPTIONS"u8, SmtpVerb.Http, out length);
            default:
                length = line.Length;
                return SmtpVerb.Unknown;
        }
    }

    private static SmtpVerb Match(ReadOnlySpan<byte> line, ReadOnlySpan<byte> word, SmtpVerb verb, out int length)
    {
        bool matches = line.Length >= word.Length
            && Ascii.EqualsIgnoreCase(line[..word.Length], word)
            && (line.Length == word.Length || line[word.Length] == (byte)' ');
        length = matches ? word.Length : line.Length;
        return matches ? verb : SmtpVerb.Unknown;
    }
}
