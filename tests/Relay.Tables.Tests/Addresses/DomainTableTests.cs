using Relay.Tables.Addresses;
using static Relay.Tables.Tests.TestTables;

namespace Relay.Tables.Tests.Addresses;

public sealed class DomainTableTests
{
    [Fact]
    public void Whole_domain_is_looked_up_in_any_case_without_subdomains()
    {
        DomainTable table = Read("oldname.com newname.com\n", DomainTable.Read);

        Assert.Equal(LookupResult.Found, table.Find("OldName.com"u8, out TableEntry entry));
        Assert.Equal(("newname.com", 1), (Show(entry.Value), entry.Line));
        Assert.Equal(LookupResult.NotFound, table.Find("sub.oldname.com"u8, out _));
        Assert.Equal(LookupResult.NotFound, table.Find("com"u8, out _));
    }

    [Fact]
    public void Address_literal_is_exempt()
    {
        Assert.Equal(
            LookupResult.NotFound, Read("a.x b.x\n", DomainTable.Read).Find("[192.0.2.1]"u8, out _));
    }

    [Theory]
    [InlineData("a.x b..x")]
    [InlineData("a.x two words")]
    [InlineData("user@a.x b.x")]
    public void What_is_no_domain_is_an_error(string line)
    {
        Read(line + "\n", DomainTable.Read, out IReadOnlyList<TableProblem> problems);

        Assert.EndsWith("is not a domain", Only(problems), StringComparison.Ordinal);
    }
}
