using Relay.Host.Options;
using Relay.Testing;

namespace Relay.Host.Tests.Options;

/// <summary>docs/operations.md names every option as the code has it.</summary>
public class OperationsDocumentTests
{
    private const string Begin = "<!-- options: written from the code, see OperationsDocumentTests -->\n";
    private const string End = "<!-- end of options -->\n";

    [Fact]
    public void The_reference_of_options_is_what_the_code_says()
    {
        string path = Path.Combine(Repository.Root, "docs", "operations.md");
        string document = File.ReadAllText(path);
        int begin = document.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = document.IndexOf(End, StringComparison.Ordinal);
        Assert.True(begin >= Begin.Length && end > begin, "the marks around the options are missing");

        string expected = "\n" + OptionsDocument.Write() + "\n";
        if (Environment.GetEnvironmentVariable("RELAY_TEST_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, document[..begin] + expected + document[end..]);
            return;
        }

        Assert.True(
            expected == document[begin..end],
            "docs/operations.md is behind the code: run these tests once with RELAY_TEST_WRITE_DOCS=1");
    }

    [Fact]
    public void The_example_configuration_is_valid()
    {
        string document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));
        int begin = document.IndexOf("```jsonc\n", StringComparison.Ordinal) + "```jsonc\n".Length;
        string example = document[begin..document.IndexOf("```", begin, StringComparison.Ordinal)];
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, example);
            ConfigurationLoader.Load(
                file, new System.Collections.Hashtable(), [], out IReadOnlyList<ConfigurationError> errors);
            Assert.Empty(errors);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
