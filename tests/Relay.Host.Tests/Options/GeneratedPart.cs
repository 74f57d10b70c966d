namespace Relay.Host.Tests.Options;

/// <summary>A part of a document that is written from the code; <c>RELAY_TEST_WRITE_DOCS=1</c> writes it.</summary>
internal static class GeneratedPart
{
    /// <summary>Compares, or writes, what stands between two marks.</summary>
    public static void Check(string path, string beginMark, string endMark, string expected)
    {
        string document = File.ReadAllText(path);
        int begin = document.IndexOf(beginMark, StringComparison.Ordinal) + beginMark.Length;
        int end = document.IndexOf(endMark, StringComparison.Ordinal);
        Assert.True(begin >= beginMark.Length && end >= begin, "the marks around the generated part are missing");
        if (Environment.GetEnvironmentVariable("RELAY_TEST_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, document[..begin] + expected + document[end..]);
            return;
        }

        Assert.True(
            expected == document[begin..end],
            $"{path} is behind the code: run these tests once with RELAY_TEST_WRITE_DOCS=1");
    }
}
