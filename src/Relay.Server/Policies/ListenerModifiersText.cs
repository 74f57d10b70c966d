using System.Text;

namespace Relay.Server.Policies;

/// <summary>Listener modifiers as Sendmail writes them: one letter each, whose case counts.</summary>
public static class ListenerModifiersText
{
    /// <summary>The letters there are, in the order of their bits.</summary>
    public const string Letters = "acCfruAESOsbh";

    /// <param name="unknown">If false: the letter that is none.</param>
    public static bool TryParse(string text, out ListenerModifiers modifiers, out char unknown)
    {
        modifiers = ListenerModifiers.None;
        unknown = default;
        foreach (char letter in text)
        {
            int bit = Letters.IndexOf(letter, StringComparison.Ordinal);
            if (bit < 0)
            {
                unknown = letter;
                return false;
            }

            modifiers |= (ListenerModifiers)(1 << bit);
        }

        return true;
    }

    public static string Write(ListenerModifiers modifiers)
    {
        var text = new StringBuilder();
        for (int bit = 0; bit < Letters.Length; bit++)
        {
            if (((int)modifiers & (1 << bit)) != 0)
            {
                text.Append(Letters[bit]);
            }
        }

        return text.ToString();
    }
}
