using System.Net;

namespace Relay.Throttling.Tests;

public class AddressKeyTests
{
    [Theory]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", 32, 128, true)]
    [InlineData("192.0.2.1", "192.0.2.2", 32, 128, false)]
    [InlineData("192.0.2.1", "192.0.2.200", 24, 128, true)]
    [InlineData("192.0.2.1", "192.0.3.1", 24, 128, false)]
    [InlineData("192.0.2.1", "203.0.113.9", 0, 128, true)]
    [InlineData("2001:db8::1", "2001:db8::2", 32, 64, true)]
    [InlineData("2001:db8::1", "2001:db8::2", 32, 128, false)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", 32, 64, false)]
    [InlineData("2001:db8::1", "fe80::1", 32, 0, true)]
    public void Addresses_are_equal_when_their_networks_are(string a, string b, int prefix4, int prefix6, bool equal)
    {
        var first = AddressKey.Of(IPAddress.Parse(a), prefix4, prefix6);
        var second = AddressKey.Of(IPAddress.Parse(b), prefix4, prefix6);

        Assert.Equal(equal, first == second);
        Assert.True(!equal || first.GetHashCode() == second.GetHashCode());
    }

    [Fact]
    public void A_scope_does_not_make_another_key()
    {
        Assert.Equal(AddressKey.Of(IPAddress.Parse("fe80::1%2")), AddressKey.Of(IPAddress.Parse("fe80::1%3")));
    }
}
