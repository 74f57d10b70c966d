using System.Net;
using System.Net.Sockets;
using Relay.Smtp.Addressing;

namespace Relay.Smtp.Tests.Addressing;

/// <summary>RFC 5321 §4.1.3.</summary>
public class AddressLiteralTests
{
    [Theory]
    [InlineData("[0.0.0.0]")]
    [InlineData("[255.255.255.255]")]
    [InlineData("[192.0.2.1]")]
    [InlineData("[IPv6:::]")]
    [InlineData("[IPv6:::1]")]
    [InlineData("[IPv6:1::]")]
    [InlineData("[IPv6:1:2:3:4:5:6:7:8]")]
    [InlineData("[IPv6:1:2:3:4:5:6:1.2.3.4]")]
    [InlineData("[IPv6:::ffff:1.2.3.4]")]
    [InlineData("[IPv6:2001:DB8::abcd:0]")]
    [InlineData("[IPv6:1::3:4:5:6:7:8]")]
    [InlineData("[IPv6:1:2:3:4:5:6:7::]")]
    public void Addresses_are_read_as_the_platform_reads_them(string literal)
    {
        Assert.True(AddressLiteral.TryParse(Octets.Of(literal), out AddressLiteral address));
        byte[] octets = new byte[16];
        int length = address.WriteTo(octets);
        string text = literal[1..^1];
        var expected = IPAddress.Parse(text.StartsWith("IPv6:", StringComparison.Ordinal) ? text[5..] : text);
        Assert.Equal(expected.GetAddressBytes(), octets[..length]);
        Assert.Equal(expected.AddressFamily == AddressFamily.InterNetworkV6, address.IsIPv6);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("1.2.3.4")]
    [InlineData("[1.2.3.4")]
    [InlineData("[1.2.3]")]
    [InlineData("[1.2.3.4.5]")]
    [InlineData("[1.2.3.256]")]
    [InlineData("[1.2.3.0004]")]
    [InlineData("[1..3.4]")]
    [InlineData("[.1.2.3]")]
    [InlineData("[1.2.3.]")]
    [InlineData("[ 1.2.3.4]")]
    [InlineData("[0x1.2.3.4]")]
    [InlineData("[::1]")]
    [InlineData("[IPv6:]")]
    [InlineData("[IPv6::]")]
    [InlineData("[IPv6::1]")]
    [InlineData("[IPv6:1:]")]
    [InlineData("[IPv6:1:2:3:4:5:6:7]")]
    [InlineData("[IPv6:1:2:3:4:5:6:7:8:9]")]
    [InlineData("[IPv6:1:2:3:4:5:6:7:8::]")]
    [InlineData("[IPv6:::1:2:3:4:5:6:7:8]")]
    [InlineData("[IPv6:1::2::3]")]
    [InlineData("[IPv6:1:::2]")]
    [InlineData("[IPv6:12345::]")]
    [InlineData("[IPv6:g::]")]
    [InlineData("[IPv6:1:2:3:4:5:6:7:1.2.3.4]")]
    [InlineData("[IPv6:::1.2.3]")]
    [InlineData("[IPv6:1.2.3.4::]")]
    [InlineData("[IPv6:fe80::1%eth0]")]
    [InlineData("[x400:abc]")]
    public void Anything_else_is_refused(string literal)
    {
        Assert.False(AddressLiteral.TryParse(Octets.Of(literal), out _));
    }

    [Fact]
    public void Whatever_is_taken_the_platform_reads_alike()
    {
        Properties.ForAll("0123456789abcdef::::..", 5000, octets =>
        {
            byte[] literal = [.. "[IPv6:"u8, .. octets, (byte)']'];
            if (AddressLiteral.TryParse(literal, out AddressLiteral address))
            {
                byte[] written = new byte[16];
                address.WriteTo(written);
                Assert.Equal(IPAddress.Parse(Octets.Text(octets)).GetAddressBytes(), written);
            }
        });
    }
}
