using System.Text;

namespace Relay.Routing.Resolution;

/// <summary>
/// Members of aliases that no mail is delivered to: programs, files, lists that could not be read, and what the rules
/// refuse. Beside members that are somebody they stay recipients, as quoted local parts, and fail at delivery with
/// these texts.
/// </summary>
internal static class UnservedMember
{
    public const string IncludePrefix = ":include:";

    private const string ErrorPrefix = ":error:";

    /// <summary>Octets of the reply that are kept: the mailbox must stay below RFC 5321 §4.5.3.1.3's limit.</summary>
    private const int ReplyMax = 120;

    /// <param name="name">The local part without its quotes.</param>
    /// <returns>The reply; null if it is a name.</returns>
    public static string? TextOf(ReadOnlySpan<byte> name) => name switch
    {
        [(byte)'|', ..] => "550 5.7.1 Mailing to programs is not supported",
        [(byte)'/', ..] => "550 5.7.1 Mailing to files is not supported",
        _ when name.StartsWith(":include:"u8) =>
            $"550 5.2.4 Cannot open {Encoding.UTF8.GetString(name[IncludePrefix.Length..])}",
        _ when name.StartsWith(":error:5"u8) => Encoding.UTF8.GetString(name[ErrorPrefix.Length..]),
        _ => null,
    };

    /// <summary>The name that fails with a reply.</summary>
    public static string NameOf(ReadOnlySpan<byte> reply)
    {
        int length = Math.Min(reply.Length, ReplyMax);
        while (length < reply.Length && (reply[length] & 0xC0) == 0x80)
        {
            length--; // within a character
        }

        return ErrorPrefix + Encoding.UTF8.GetString(reply[..length]);
    }
}
