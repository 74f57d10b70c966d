using System.Text;
using Relay.Delivery.Rules;
using Relay.Host.Options;
using Relay.Testing;

namespace Relay.Host.Tests.Options;

/// <summary>docs/destinations.md names every default rule as the code has it, and its examples are valid.</summary>
public class DestinationsDocumentTests
{
    private const string Begin = "<!-- rules: written from the code, see DestinationsDocumentTests -->\n";
    private const string End = "<!-- end of rules -->\n";
    private const string ExampleBegin = "```jsonc\n";

    private static string Location => Path.Combine(Repository.Root, "docs", "destinations.md");

    [Fact]
    public void The_default_rules_are_what_the_code_says() => GeneratedPart.Check(Location, Begin, End, Write());

    [Fact]
    public void The_examples_are_valid()
    {
        string[] parts = File.ReadAllText(Location).Split(ExampleBegin);
        Assert.Equal(3, parts.Length);
        foreach (string part in parts[1..])
        {
            ExampleConfiguration.Check(part[..part.IndexOf("```", StringComparison.Ordinal)]);
        }
    }

    private static string Write()
    {
        var text = new StringBuilder("\n| destinations | refusal | action | why |\n| --- | --- | --- | --- |\n");
        foreach (ReplyRule rule in DefaultReplyRules.All)
        {
            string match = string.Join(", ", rule.Patterns.Select(static p => $"`{p}`"));
            string condition = DestinationFormats.WriteCondition(rule).Replace("|", "\\|", StringComparison.Ordinal);
            text.Append($"| {match} | `{condition}` | {DestinationFormats.WriteAction(rule)} | {rule.Note} |\n");
        }

        return text.Append('\n').ToString();
    }
}
