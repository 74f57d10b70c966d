using System.Collections;
using Relay.Host.Options;

namespace Relay.Host.Tests.Options;

/// <summary>Examples of relay.json in documents are read as a start would read them.</summary>
internal static class ExampleConfiguration
{
    public static void Check(string content)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, content);
            ConfigurationLoader.Load(file, new Hashtable(), [], out IReadOnlyList<ConfigurationError> errors);
            Assert.Empty(errors);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
