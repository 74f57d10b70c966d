using System.Text;
using Relay.Tables.Access;
using Relay.Tables.Text;

namespace Relay.Tables.Tests;

/// <summary>Tables made from text, and short ways to ask them.</summary>
internal static class TestTables
{
    public const string FilePath = "/etc/mail/table";

    public static byte[] Octets(string text) => Encoding.UTF8.GetBytes(text);

    public static string Show((byte[] Name, byte[]? Domain) address) =>
        Show(address.Name) + (address.Domain is null ? string.Empty : $"@{Show(address.Domain)}");

    public static string Show(ReadOnlyMemory<byte> octets) => Encoding.UTF8.GetString(octets.Span);

    public static T Read<T>(
        string text, Func<TableText, ProblemList, T> reader, out IReadOnlyList<TableProblem> problems)
    {
        var list = new ProblemList(FilePath);
        T table = reader(new TableText(FilePath, Octets(text)), list);
        problems = list.ToList();
        return table;
    }

    /// <summary>A table in which nothing is wrong.</summary>
    public static T Read<T>(string text, Func<TableText, ProblemList, T> reader)
    {
        T table = Read(text, reader, out IReadOnlyList<TableProblem> problems);
        Assert.Empty(problems);
        return table;
    }

    public static AccessTable AccessOf(string text, bool lookupDotDomain = false) =>
        Read(text, (octets, problems) => AccessReader.Read(octets, problems, lookupDotDomain));

    public static AccessTable AccessOf(string text, out IReadOnlyList<TableProblem> problems) =>
        Read(text, (octets, list) => AccessReader.Read(octets, list), out problems);

    /// <summary>The one problem there is, as <c>line severity: text</c>.</summary>
    public static string Only(IReadOnlyList<TableProblem> problems)
    {
        TableProblem problem = Assert.Single(problems);
        return $"{problem.Line} {problem.Severity}: {problem.Text}";
    }
}
