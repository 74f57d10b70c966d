using Relay.Host.Options;
using Relay.Testing;

namespace Relay.Host.Tests.Options;

/// <summary>docs/operations.md names every option as the code has it.</summary>
public class OperationsDocumentTests
{
    private const string Begin = "<!-- options: written from the code, see OperationsDocumentTests -->\n";
    private const string End = "<!-- end of options -->\n";

    private static string Location => Path.Combine(Repository.Root, "docs", "operations.md");

    [Fact]
    public void The_reference_of_options_is_what_the_code_says() =>
        GeneratedPart.Check(Location, Begin, End, "\n" + OptionsDocument.Write() + "\n");

    [Fact]
    public void The_example_configuration_is_valid()
    {
        string document = File.ReadAllText(Location);
        int begin = document.IndexOf("```jsonc\n", StringComparison.Ordinal) + "```jsonc\n".Length;
        ExampleConfiguration.Check(document[begin..document.IndexOf("```", begin, StringComparison.Ordinal)]);
    }
}
