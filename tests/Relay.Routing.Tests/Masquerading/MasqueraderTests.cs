using System.Text;
using Relay.Routing.Masquerading;
using Relay.Routing.Options;
using Relay.Routing.Tests.Support;

namespace Relay.Routing.Tests.Masquerading;

/// <summary>
/// Which addresses change (Sendmail: cf/README, MASQUERADING AND RELAYING, genericstable, domaintable).
/// </summary>
public class MasqueraderTests
{
    private static readonly MasqueradeOptions As = new() { As = "arkum.ch" };

    [Theory]
    [InlineData("root", "root@arkum.ch")]
    [InlineData("root@relay.example", "root@arkum.ch")]
    [InlineData("Root@MINE.example", "Root@arkum.ch")]
    [InlineData("u@far.example", null)]
    [InlineData("u@sub.mine.example", null)]
    public void Sender_headers_without_a_domain_or_at_our_own_names_are_masqueraded(
        string address, string? rewritten) =>
        Assert.Equal(rewritten, Rewrite(new Rules { LocalHostNames = "mine.example" }, As, address));

    [Theory]
    [InlineData("u@m.example", false, "u@arkum.ch")]
    [InlineData("u@pc.m.example", false, null)]
    [InlineData("u@pc.m.example", true, "u@arkum.ch")]
    public void Class_M_is_masqueraded_and_below_with_masquerade_entire_domain(
        string address, bool entire, string? rewritten)
    {
        var rules = new Rules { MasqueradeDomains = "m.example" };
        Assert.Equal(rewritten, Rewrite(rules, As with { EntireDomain = entire }, address));
    }

    [Fact]
    public void Limited_masquerade_takes_class_M_only()
    {
        var rules = new Rules { MasqueradeDomains = "m.example" };
        Assert.Equal("u@arkum.ch", Rewrite(rules, As with { Limited = true }, "u@m.example"));
        Assert.Null(Rewrite(rules, As with { Limited = true }, "u@relay.example"));
    }

    [Fact]
    public void Classes_N_and_E_are_exempt()
    {
        var rules = new Rules
        {
            LocalHostNames = "open.example",
            MasqueradeExceptions = "open.example",
            ExposedUsers = "root",
        };
        Assert.Null(Rewrite(rules, As, "u@open.example"));
        Assert.Null(Rewrite(rules, As, "Root@relay.example"));
        Assert.Null(Rewrite(rules, As, "root"));
    }

    [Fact]
    public void Recipients_and_the_envelope_change_only_where_asked()
    {
        var rules = new Rules();
        Assert.Null(Rewrite(rules, As, "u@relay.example", AddressRole.HeaderRecipient));
        Assert.Null(Rewrite(rules, As, "u@relay.example", AddressRole.EnvelopeSender));
        Assert.Equal(
            "u@arkum.ch", Rewrite(rules, As with { All = true }, "u@relay.example", AddressRole.HeaderRecipient));
        Assert.Equal(
            "u@arkum.ch", Rewrite(rules, As with { Envelope = true }, "u@relay.example", AddressRole.EnvelopeSender));
    }

    [Theory]
    [InlineData("fred@relay.example", "f.smith@world.example")]
    [InlineData("fred+x@relay.example", "plus@world.example")]
    [InlineData("jim@relay.example", "james@arkum.ch")]
    [InlineData("amy@g.example", "a.jones@world.example")]
    [InlineData("x@g.example", "all@world.example")]
    [InlineData("fred@far.example", null)]
    [InlineData("fred", "f.smith@world.example")]
    public void Genericstable_comes_first_and_a_hit_with_a_domain_is_final(string address, string? rewritten)
    {
        var rules = new Rules
        {
            GenericsDomains = "g.example",
            Genericstable = """
                fred f.smith@world.example
                fred+*@relay.example plus@world.example
                jim@relay.example james
                amy@g.example a.jones@world.example
                @g.example all@world.example
                """,
        };
        Assert.Equal(rewritten, Rewrite(rules, As, address));
    }

    [Fact]
    public void Domaintable_replaces_in_every_place_and_once()
    {
        var rules = new Rules { Domaintable = "old.example new.example\nnew.example newest.example" };
        foreach (AddressRole role in Enum.GetValues<AddressRole>())
        {
            Assert.Equal("u@new.example", Rewrite(rules, new MasqueradeOptions(), "u@old.example", role));
        }
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("joe", "joe@relay.example")]
    [InlineData("joe@relay.example", null)]
    public void A_reverse_path_without_a_domain_gets_our_name_and_the_null_one_nothing(string sender, string? rewritten)
    {
        byte[]? found = SenderRewriter.Rewrite(new Rules().Build(), Encoding.ASCII.GetBytes(sender));
        Assert.Equal(rewritten, found is null ? null : Encoding.ASCII.GetString(found));
    }

    private static string? Rewrite(
        Rules rules, MasqueradeOptions options, string address, AddressRole role = AddressRole.HeaderSender)
    {
        RoutingSnapshot snapshot = (rules with { Options = rules.Options with { Masquerade = options } }).Build();
        byte[]? found = snapshot.Masquerade.Rewrite(Encoding.UTF8.GetBytes(address), role, trace: null);
        return found is null ? null : Encoding.UTF8.GetString(found);
    }
}
