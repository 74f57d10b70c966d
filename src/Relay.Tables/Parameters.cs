using System.Text;

namespace Relay.Tables;

/// <summary>
/// <c>%1</c> to <c>%3</c> in values; <c>%%</c> is a percent sign, <c>%0</c> is not used.
/// (Sendmail: map_rewrite.)
/// </summary>
internal static class Parameters
{
    public static bool IsIn(string value) => value.Contains('%', StringComparison.Ordinal);

    public static string Expand(string value, string first, string second, string third)
    {
        if (!IsIn(value))
        {
            return value;
        }

        var text = new StringBuilder(value.Length + first.Length);
        for (int i = 0; i < value.Length; i++)
        {
            char next = value[i] == '%' && i + 1 < value.Length ? value[i + 1] : '\0';
            string? replacement = next switch
            {
                '1' => first,
                '2' => second,
                '3' => third,
                '%' => "%",
                _ => null,
            };
            text.Append(replacement ?? value[i].ToString());
            i += replacement is null ? 0 : 1;
        }

        return text.ToString();
    }
}
