using System.Buffers.Text;
using System.Diagnostics;
using Relay.Smtp.Replies;

namespace Relay.Delivery.Attempts;

/// <summary>A reply as one line of octets: code, enhanced code, text, each if known. Allocates nothing.</summary>
internal static class Diagnostic
{
    /// <summary>What <see cref="Write"/> needs at most.</summary>
    public const int LengthMax = ReplyArena.TextLengthMax + 32;

    /// <returns>Octets written.</returns>
    public static int Write(
        Span<byte> destination,
        int code,
        EnhancedStatusCode enhancedCode,
        ReadOnlySpan<byte> text)
    {
        int length = 0;
        if (code > 0)
        {
            length += Number(destination, code);
            destination[length++] = (byte)' ';
        }

        if (!enhancedCode.IsNone)
        {
            length += WriteEnhancedCode(destination[length..], enhancedCode);
            destination[length++] = (byte)' ';
        }

        text.CopyTo(destination[length..]);
        length += text.Length;
        return length > 0 && destination[length - 1] == (byte)' ' ? length - 1 : length;
    }

    public static int WriteEnhancedCode(Span<byte> destination, EnhancedStatusCode code)
    {
        int length = Number(destination, code.Class);
        destination[length++] = (byte)'.';
        length += Number(destination[length..], code.Subject);
        destination[length++] = (byte)'.';
        return length + Number(destination[length..], code.Detail);
    }

    private static int Number(Span<byte> destination, int number)
    {
        bool fits = Utf8Formatter.TryFormat(number, destination, out int length);
        Debug.Assert(fits);
        return length;
    }
}
