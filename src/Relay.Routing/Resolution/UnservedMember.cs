using System.Text;

namespace Relay.Routing.Resolution;

/// <summary>
/// Members of aliases that no mail is delivered to: programs, files, and lists that could not be read. Beside members
/// that are somebody they stay recipients, as quoted local parts, and fail at delivery with these texts.
/// </summary>
internal static class UnservedMember
{
    public const string IncludePrefix = ":include:";

    /// <param name="name">The local part without its quotes.</param>
    /// <returns>The reply; null if it is a name.</returns>
    public static string? TextOf(ReadOnlySpan<byte> name) => name switch
    {
        [(byte)'|', ..] => "550 5.7.1 Mailing to programs is not supported",
        [(byte)'/', ..] => "550 5.7.1 Mailing to files is not supported",
        _ when name.StartsWith(":include:"u8) =>
            $"550 5.2.4 Cannot open {Encoding.UTF8.GetString(name[IncludePrefix.Length..])}",
        _ => null,
    };
}
