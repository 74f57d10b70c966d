using System.Text;

namespace Relay.Host.Options;

/// <summary>Writes the reference of all options as Markdown; a test holds docs/operations.md to it.</summary>
internal static class OptionsDocument
{
    public static string Write()
    {
        var text = new StringBuilder();
        foreach (IGrouping<string, OptionKey> section in OptionRegistry.All.GroupBy(k => Section(k.Path)))
        {
            text.Append("### ").AppendLine(section.Key).AppendLine();
            foreach (OptionKey key in section)
            {
                string variable = key.IsPerElement ? string.Empty : $" · `{key.EnvironmentVariable}`";
                string standard = key.DefaultText switch
                {
                    "" => "none",
                    ['(', ..] sentence => sentence[1..^1],
                    var value => $"`{value}`",
                };
                text.AppendLine($"**`{key.Path}`**{variable}  ");
                text.AppendLine($"{key.Description}  ");
                text.AppendLine($"*Takes {key.Expected}. Default: {standard}.*").AppendLine();
            }
        }

        return text.ToString().TrimEnd() + "\n";
    }

    private static string Section(string path)
    {
        int dot = path.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? "The relay" : path[..dot] switch
        {
            "listeners[]" => "Listeners",
            "tables" => "Tables",
            "access" => "Access control",
            "routes" => "Routes",
            "masquerade" => "Masquerading",
            "queue" => "Queue",
            "retry" => "Retries",
            "server" => "Reception",
            "delivery" => "Delivery",
            "destinations[]" => "Destinations",
            "replyRules[]" => "Reply rules",
            _ => "The relay",
        };
    }
}
