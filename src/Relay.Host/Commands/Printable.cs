using System.Globalization;
using System.Text;

namespace Relay.Host.Commands;

/// <summary>
/// Text from files and peers made safe for a terminal: controls and direction marks become <c>\uXXXX</c>.
/// </summary>
internal static class Printable
{
    public static string Of(string text)
    {
        if (text.All(static c => c is >= ' ' and <= '~'))
        {
            return text;
        }

        var safe = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            bool isSafe = char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned);
            _ = isSafe ? safe.Append(c) : safe.Append($"\\u{(int)c:x4}");
        }

        return safe.ToString();
    }
}
