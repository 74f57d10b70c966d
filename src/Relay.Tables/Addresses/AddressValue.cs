using System.Text;

namespace Relay.Tables.Addresses;

/// <summary>Values that are one address or, in virtusertable, a refusal.</summary>
internal static class AddressValue
{
    private static ReadOnlySpan<byte> ErrorPrefix => "error:"u8;

    public static bool IsError(ReadOnlySpan<byte> value) =>
        value.Length >= ErrorPrefix.Length && Ascii.EqualsIgnoreCase(value[..ErrorPrefix.Length], ErrorPrefix);

    public static ReadOnlyMemory<byte> ErrorOf(ReadOnlyMemory<byte> value) => value[ErrorPrefix.Length..];

    /// <summary>True if the value can be used.</summary>
    public static bool Check(ReadOnlyMemory<byte> value, int line, ProblemList problems)
    {
        if (IsError(value.Span))
        {
            ReadOnlyMemory<byte> rest = ErrorOf(value).Trim(" \t"u8);
            if (rest.IsEmpty)
            {
                problems.Error(line, "error: has nothing behind it; expected error:nouser 550 text");
                return false;
            }

            if (!TableReply.TryParse(rest, keywords: true, out TableReply reply, out string error))
            {
                problems.Error(line, error);
                return false;
            }

            if (!reply.HasCode)
            {
                problems.Warn(line, $"the text has no reply code: it refuses with {reply.Code}");
            }

            return true;
        }

        if (value.Span.IndexOfAny(" \t,"u8) >= 0)
        {
            problems.Error(
                line,
                $"\"{Encoding.UTF8.GetString(value.Span)}\" is more than one word; expected exactly one address (a "
                    + "list is made with an alias)");
            return false;
        }

        if (value.Span[^1] == (byte)'@' || (value.Span[0] == (byte)'@' && value.Length > 1))
        {
            problems.Warn(
                line,
                $"\"{Encoding.UTF8.GetString(value.Span)}\" is not an address; a local part is kept with %1@domain");
        }

        return true;
    }
}
