using Relay.Smtp.Addressing;

namespace Relay.Smtp.Tests.Addressing;

public class MailboxTests
{
    [Theory]
    [InlineData("a@b", "a", "b")]
    [InlineData("\"a@b\"@c", "\"a@b\"", "c")]
    [InlineData("\"\"@c", "\"\"", "c")]
    [InlineData("a@[IPv6:::1]", "a", "[IPv6:::1]")]
    public void A_mailbox_is_split_at_the_last_at_outside_quotes(string mailbox, string localPart, string domain)
    {
        byte[] octets = Octets.Of(mailbox);
        Assert.True(Mailbox.TrySplit(octets, out ReadOnlySpan<byte> local, out ReadOnlySpan<byte> right));
        Assert.Equal(localPart, Octets.Text(local));
        Assert.Equal(domain, Octets.Text(right));
        Assert.True(Mailbox.IsValid(octets));
    }

    [Theory]
    [InlineData("")]
    [InlineData("postmaster")]
    [InlineData("\"a@b\"")]
    public void Without_a_domain_all_is_local_part(string mailbox)
    {
        byte[] octets = Octets.Of(mailbox);
        Assert.False(Mailbox.TrySplit(octets, out ReadOnlySpan<byte> local, out ReadOnlySpan<byte> domain));
        Assert.Equal(mailbox, Octets.Text(local));
        Assert.True(domain.IsEmpty);
        Assert.False(Mailbox.IsValid(octets));
    }

    [Theory]
    [InlineData("a@b>")]
    [InlineData("<a@b>")]
    [InlineData("@r:a@b")]
    [InlineData("a@b c")]
    public void Only_a_bare_mailbox_is_valid(string mailbox)
    {
        Assert.False(Mailbox.IsValid(Octets.Of(mailbox)));
    }

    [Fact]
    public void A_mailbox_of_254_octets_is_valid_and_a_longer_one_is_not()
    {
        Assert.True(Mailbox.IsValid(Octets.Of("a@" + new string('b', 252))));
        Assert.False(Mailbox.IsValid(Octets.Of("a@" + new string('b', 253))));
        Assert.False(Mailbox.IsValid(new byte[100_000]));
    }
}
