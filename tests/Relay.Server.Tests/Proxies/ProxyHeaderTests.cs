using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Relay.Server.Listening;
using Relay.Testing;
using static Relay.Server.Tests.Proxies.ProxyWords;

namespace Relay.Server.Tests.Proxies;

/// <summary>HAProxy's "The PROXY protocol", versions 1 and 2.</summary>
public sealed class ProxyHeaderTests
{
    [Theory]
    [InlineData("TCP4", "198.51.100.1", "192.0.2.25", "198.51.100.1:40000")]
    [InlineData("TCP6", "2001:db8::1", "2001:db8::25", "[2001:db8::1]:40000")]
    public void A_line_of_version_1_names_the_client_at_every_cut(
        string family, string source, string destination, string client)
    {
        string line = Line(source, destination, family);
        foreach (ReadOnlySequence<byte> input in SequenceVariants.Of(Octets(line + "EHLO x\r\n")))
        {
            Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeader.TryRead(input, out ProxyHeader header, out long length));
            Assert.Equal(line.Length, length);
            Assert.Equal(client, header.Source!.ToString());
            Assert.Equal(25, header.Destination!.Port);
        }

        AssertNeedsEveryOctet(line);
    }

    [Theory]
    [InlineData("198.51.100.1", "192.0.2.25", "", "198.51.100.1:40000")]
    [InlineData("2001:db8::1", "2001:db8::25", "", "[2001:db8::1]:40000")]
    [InlineData("198.51.100.1", "192.0.2.25", "\x03\0\x04abcd\x04\0\0", "198.51.100.1:40000")]
    public void A_header_of_version_2_names_the_client_at_every_cut(
        string source, string destination, string more, string client)
    {
        string octets = Binary(source, destination, more);
        foreach (ReadOnlySequence<byte> input in SequenceVariants.Of(Octets(octets + "EHLO x\r\n")))
        {
            Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeader.TryRead(input, out ProxyHeader header, out long length));
            Assert.Equal(octets.Length, length);
            Assert.Equal(client, header.Source!.ToString());
            Assert.Equal(25, header.Destination!.Port);
        }

        AssertNeedsEveryOctet(octets);
    }

    [Fact]
    public void A_proxy_may_speak_for_itself_or_know_nobody()
    {
        Assert.True(Read(Binary(0x20, 0, string.Empty)).IsLocal);
        Assert.True(Read(Binary(0x20, 0x11, new string('x', 12))).IsLocal);
        foreach (string unknown in new[]
        {
            "PROXY UNKNOWN\r\n", "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n",
            Binary(0x21, 0, string.Empty), Binary(0x21, 0x31, new string('\0', 216)), Binary(0x21, 0x12, new string('x', 12)),
        })
        {
            Assert.Equal(default, Read(unknown));
        }
    }

    [Theory]
    [InlineData("EHLO x\r\n")]
    [InlineData("proxy TCP4 192.0.2.1 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1  192.0.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 -1 2\r\n")]
    [InlineData("PROXY TCP4 192.0.2 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 0300.0.2.1 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n")]
    [InlineData("PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY TCP6 fe80::1%eth0 2001:db8::2 1 2\r\n")]
    [InlineData("PROXY TCP6 [2001:db8::1] 2001:db8::2 1 2\r\n")]
    [InlineData("PROXY \r\n")]
    public void What_is_no_header_is_malformed(string octets) =>
        Assert.Equal(ProxyHeaderStatus.Malformed, StatusOf(octets));

    [Fact]
    public void A_line_beyond_107_octets_another_version_or_too_few_addresses_are_malformed()
    {
        Assert.Equal(ProxyHeaderStatus.NeedMoreData, StatusOf("PROXY " + new string('x', 100)));
        Assert.Equal(ProxyHeaderStatus.Malformed, StatusOf("PROXY " + new string('x', 101)));
        Assert.Equal(ProxyHeaderStatus.Malformed, StatusOf(Binary(0x11, 0x11, new string('x', 12))));
        Assert.Equal(ProxyHeaderStatus.Malformed, StatusOf(Binary(0x22, 0x11, new string('x', 12))));
        Assert.Equal(ProxyHeaderStatus.Malformed, StatusOf(Binary(0x21, 0x11, new string('x', 11))));
        Assert.Equal(ProxyHeaderStatus.Malformed, StatusOf(Binary(0x21, 0x21, new string('x', 35))));
        Assert.Equal(ProxyHeaderStatus.Malformed, StatusOf(Binary(0x21, 0x11, new string('x', 4097))[..16]));
    }

    [Fact]
    public void Whatever_comes_is_read_without_fault_and_never_beyond_its_end()
    {
        string[] words =
        [
            "PROXY ", "TCP4 ", "TCP6 ", "UNKNOWN", "192.0.2.1 ", "2001:db8::1 ", "40000 ", "25", "\r\n", "\r", "\n", " ",
            Signature, "\x21\x11\0\x0C", "\x21\x21\0\x24", "\x20\0\0\0", "\0\0\0\0\0\0", "\u00ff\u00ff", "EHLO x\r\n",
        ];
        Gen<string> mixed = Gen.Elements(words).ArrayOf(9).Select(static parts => string.Concat(parts));
        Gen<string> random = Gen.Choose(0, 255).ArrayOf(64)
            .Select(static octets => string.Concat(octets.Select(static o => (char)o)));
        Gen<string> started = random.Select(static rest => Signature + rest);
        Prop.ForAll(Gen.OneOf(mixed, random, started).ToArbitrary(), static text =>
        {
            byte[] octets = Octets(text);
            var whole = new ReadOnlySequence<byte>(octets);
            ProxyHeaderStatus status = ProxyHeader.TryRead(whole, out ProxyHeader header, out long length);
            if (status == ProxyHeaderStatus.Complete)
            {
                Assert.InRange(length, 1, octets.Length);
                Assert.Equal(header.Source is null, header.Destination is null);
            }

            int cut = octets.Length / 2;
            Assert.Equal(status, ProxyHeader.TryRead(SequenceVariants.Cut(octets, cut), out ProxyHeader other, out _));
            Assert.Equal(header, other);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));
    }

    private static void AssertNeedsEveryOctet(string octets)
    {
        for (int length = 0; length < octets.Length; length++)
        {
            Assert.Equal(ProxyHeaderStatus.NeedMoreData, StatusOf(octets[..length]));
        }
    }

    private static ProxyHeader Read(string octets)
    {
        var input = new ReadOnlySequence<byte>(Octets(octets));
        Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeader.TryRead(input, out ProxyHeader header, out long length));
        Assert.Equal(octets.Length, length);
        return header;
    }

    private static ProxyHeaderStatus StatusOf(string octets) =>
        ProxyHeader.TryRead(new ReadOnlySequence<byte>(Octets(octets)), out _, out _);

    private static byte[] Octets(string text) => Encoding.Latin1.GetBytes(text);
}
