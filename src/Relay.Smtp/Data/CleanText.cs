using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Relay.Smtp.Data;

/// <summary>
/// Text in which CR and LF come as CRLF only and no line begins with a dot: the common case of
/// <see cref="ContentScanner"/>.
/// </summary>
internal static class CleanText
{
    /// <summary>Octets looked at together.</summary>
    public const int WindowSize = 4 * OctetBlock.Size;

    /// <summary>
    /// Octets of clean text from <paramref name="at"/>, a multiple of the window. The octet before is looked at too; it
    /// may be a CR or an LF, but not a dot that begins a line.
    /// </summary>
    /// <param name="at">At least 1.</param>
    /// <param name="sum">Takes in what is clean.</param>
    public static int Measure(ref byte start, int at, int length, ref OctetSum sum)
    {
        int begin = at;
        OctetSum clean = sum;
        while (length - at >= WindowSize)
        {
            ref byte window = ref Unsafe.Add(ref start, at);
            Vector512<byte> a = Vector512.LoadUnsafe(ref window);
            Vector512<byte> b = Vector512.LoadUnsafe(ref window, 64);
            Vector512<byte> c = Vector512.LoadUnsafe(ref window, 128);
            Vector512<byte> d = Vector512.LoadUnsafe(ref window, 192);
            ref byte before = ref Unsafe.Subtract(ref window, 1);
            Vector512<byte> events = (Events(a, ref before) | Events(b, ref Unsafe.Add(ref before, 64)))
                | (Events(c, ref Unsafe.Add(ref before, 128)) | Events(d, ref Unsafe.Add(ref before, 192)));
            if (events != Vector512<byte>.Zero)
            {
                break;
            }

            clean.Add(a, b, c, d);
            at += WindowSize;
        }

        sum = clean;
        return at - begin;
    }

    /// <summary>Not zero where an LF and a CR before it do not meet, or a dot stands behind an LF.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Events(Vector512<byte> octets, ref byte before)
    {
        Vector512<byte> previous = Vector512.LoadUnsafe(ref before);
        Vector512<byte> lf = Vector512.Create((byte)'\n');
        return (Vector512.Equals(octets, lf) ^ Vector512.Equals(previous, Vector512.Create((byte)'\r')))
            | (Vector512.Equals(octets, Vector512.Create((byte)'.')) & Vector512.Equals(previous, lf));
    }
}
