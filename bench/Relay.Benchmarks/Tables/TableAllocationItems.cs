using System.Net;
using System.Text;
using Relay.Benchmarks.Allocations;
using Relay.Tables;
using Relay.Tables.Access;
using Relay.Tables.Addresses;
using Relay.Tables.Aliases;
using Relay.Tables.Classes;
using Relay.Tables.Mailer;
using Relay.Tables.Text;

namespace Relay.Benchmarks.Tables;

/// <summary>Look-ups allocate nothing, found or not.</summary>
internal sealed class TableAllocationItems : IAllocationItems
{
    private const int Entries = 1000;

    private readonly AccessTable _access = AccessReader.Read(
        new TableText("access", [.. TableTexts.Access(Entries), .. "192.168.0.0/20 RELAY\nTo:a.x RELAY\n"u8]),
        new ProblemList("access"));

    private readonly VirtUserTable _virtUser = VirtUserTable.Read(
        new TableText("virtusertable", TableTexts.VirtUser(Entries)), new ProblemList("virtusertable"));

    private readonly MailerTable _mailer = MailerTable.Read(
        Text(".a.x smtp:[192.0.2.1]\nb.x error:nouser 550 no\n"), new ProblemList("mailertable"));

    private readonly AliasTable _aliases = AliasTable.Read(Text("joe: jim\n"), new ProblemList("aliases"));
    private readonly ClassTable _class = ClassTable.Of("relay-domains", "a.x", "10.1", "192.168.0.0/20");
    private readonly IPAddress _known = IPAddress.Parse("192.168.1.2");
    private readonly IPAddress _unknown = IPAddress.Parse("2001:db8::1");

    public IEnumerable<AllocationItem> Items =>
    [
        new("table.access-client", () =>
        {
            _access.FindClient(AccessTag.Connect, "mail.example.org"u8, _known, out _);
            _access.FindClient(AccessTag.Connect, default, _unknown, out _);
        }),
        new("table.access-mailbox", () => _access.FindMailbox(AccessTag.From, "joe+x"u8, "b.a.x"u8, true, out _)),
        new("table.access-name", () => _access.FindName(AccessTag.To, "b.a.x"u8, exact: false, out _)),
        new("table.virtuser", () => _virtUser.Find("user7+x"u8, "domain7.example.com"u8, out _)),
        new("table.mailer", () => _mailer.Find("c.b.a.x"u8, out _)),
        new("table.alias", () => _aliases.Find("joe+x"u8, "a.x"u8, out _)),
        new("table.class", () =>
        {
            _class.ContainsOrParent("c.b.a.x"u8, out _);
            _class.ContainsAddress(_known, out _);
            _class.ContainsAddress(_unknown, out _);
        }),
    ];

    private static TableText Text(string text) => new("table", Encoding.ASCII.GetBytes(text));
}
