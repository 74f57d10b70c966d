using Relay.Tables.Addresses;
using static Relay.Tables.Tests.TestTables;

namespace Relay.Tables.Tests.Addresses;

public sealed class GenericsTableTests
{
    [Fact]
    public void Address_with_detail_is_looked_up_in_sendmails_order()
    {
        AssertOrder(
            ["user+detail@dom", "user+*@dom", "user@dom", "@dom", "user", "user+*"], "User+Detail", "Dom");
    }

    [Fact]
    public void Address_without_detail_is_looked_up_as_itself_by_domain_and_as_user()
    {
        AssertOrder(["user@dom", "@dom", "user"], "user", "dom");
        Assert.Null(Find(Table("user+*@dom a@b\nuser+* a@b\n"), "user", "dom"));
    }

    [Fact]
    public void Unqualified_address_is_looked_up_as_user_only()
    {
        AssertOrder(["user", "user+*"], "user+x", "");
        Assert.Null(Find(Table("@ a@b\n", allowProblems: true), "user", ""));
    }

    [Fact]
    public void Refusal_is_an_error_because_headers_cannot_be_refused()
    {
        Read("a@dom error:nouser 550 x\n", GenericsTable.Read, out IReadOnlyList<TableProblem> problems);

        Assert.Equal("1 Error: genericstable cannot refuse; expected an address", Only(problems));
    }

    private static void AssertOrder(string[] order, string localPart, string domain)
    {
        for (int i = 0; i < order.Length; i++)
        {
            string text = string.Concat(order[i..].Reverse().Select(static key => $"{key} x@y\n"));
            Assert.Equal(order[i], Find(Table(text), localPart, domain));
        }
    }

    private static GenericsTable Table(string text, bool allowProblems = false) =>
        allowProblems ? Read(text, GenericsTable.Read, out _) : Read(text, GenericsTable.Read);

    private static string? Find(GenericsTable table, string localPart, string domain) =>
        table.Find(Octets(localPart), Octets(domain), out AddressHit hit) == LookupResult.Found
            ? Show(hit.Entry.Key)
            : null;
}
