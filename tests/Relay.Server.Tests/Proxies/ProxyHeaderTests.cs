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
    [InlineData("198.51.100.1", "192.0.2.25", "\u0001\0\u0004abcd\u0004\0\0\u00EE\0\u0001x", "198.51.100.1:40000")]
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

    [Theory]
    [InlineData("", "")]
    [InlineData("\u0004\0\u0003xyz", "")]
    [InlineData("", "\u0001\0\u0002h2\u0004\0\0")]
    public void A_header_with_its_checksum_is_read_and_one_that_was_changed_on_its_way_is_not(
        string before, string behind)
    {
        string octets = Checksummed("198.51.100.1", "192.0.2.25", before, behind);
        Assert.Equal("198.51.100.1:40000", Read(octets).Source!.ToString());
        AssertNeedsEveryOctet(octets);
        for (int bit = 0; bit < octets.Length * 8; bit++)
        {
            char[] changed = octets.ToCharArray();
            changed[bit / 8] ^= (char)(1 << (bit % 8));
            var input = new ReadOnlySequence<byte>(Octets(new string(changed)));
            ProxyHeaderStatus status = ProxyHeader.TryRead(input, out ProxyHeader header, out _);
            Assert.True(
                status != ProxyHeaderStatus.Complete || !NamesSomebody(header) || IsChecksumGone(octets, bit, behind));
        }

        Assert.Equal(ProxyHeaderStatus.ChecksumWrong, StatusOf($"{octets[..16]}\u00C7{octets[17..]}"));
    }

    [Fact]
    public void A_checksum_counts_whoever_the_proxy_speaks_for()
    {
        foreach (string start in new[] { "\u0020\0", "\u0021\0", "\u0021\u0012", "\u0021\u0031" })
        {
            int addresses = start[1] switch { '\u0012' => 12, '\u0031' => 216, _ => 0 };
            string wrong = Binary(start[0], start[1], new string('x', addresses) + "\u0003\0\u0004abcd");
            Assert.Equal(ProxyHeaderStatus.ChecksumWrong, StatusOf(wrong));
        }
    }

    [Theory]
    [InlineData("\u0003")]
    [InlineData("\u0003\0")]
    [InlineData("\u0003\0\u0005abcd")]
    [InlineData("\u0003\0\u0003abc")]
    [InlineData("\u0003\0\u0004\0\0\0\0\u0003\0\u0004\0\0\0\0")]
    [InlineData("\u0004\0\u0001")]
    [InlineData("\u0020\0\u0004\u0001\0\0\0")]
    [InlineData("\u0020\0\u0007\u0001\0\0\0\0\u0021\0")]
    [InlineData("\u0020\0\u0008\u0001\0\0\0\0\u0021\0\u0001")]
    [InlineData("\u0020\0\u0005\u0001\0\0\0\0\u0020\0\u0005\u0001\0\0\0\0")]
    public void Extensions_that_are_cut_off_or_come_twice_are_malformed(string extensions) => Assert.Equal(
        ProxyHeaderStatus.Malformed, StatusOf(Binary("198.51.100.1", "192.0.2.25", extensions)));

    [Fact]
    public void What_the_proxy_tells_of_TLS_is_its_version_and_its_cipher()
    {
        const string cipher = "TLS_AES_128_GCM_SHA256";
        ProxyHeader header = Read(Checksummed("2001:db8::1", "2001:db8::25", EndedTls("TLSv1.3", cipher)));
        Assert.Equal(new ProxiedTls("TLSv1.3", cipher), header.Tls);
        Assert.Equal(
            new ProxiedTls("TLSv1.2", string.Empty),
            Read(Binary("198.51.100.1", "192.0.2.25", EndedTls("TLSv1.2", cipher: "", client: 1))).Tls);
        Assert.Null(Read(Binary("198.51.100.1", "192.0.2.25", EndedTls("TLSv1.2", client: 6))).Tls);
        Assert.Null(Read(Binary("198.51.100.1", "192.0.2.25")).Tls);
        Assert.Null(Read(Binary(0x20, 0, EndedTls("TLSv1.3"))).Tls);
    }

    [Fact]
    public void Whatever_comes_is_read_without_fault_and_never_beyond_its_end()
    {
        string[] words =
        [
            "PROXY ", "TCP4 ", "TCP6 ", "UNKNOWN", "192.0.2.1 ", "2001:db8::1 ", "40000 ", "25", "\r\n", "\r", "\n", " ",
            "\u0003\0\u0004", "\u0020\0\u0005", "\u0020\0\u000D", "\u0021\0\u0007TLSv1.3", "\u0001\0\0\0\0",
            "\u0004\0\0", Binary("192.0.2.1", "192.0.2.2", "\u0003\0\u0004abcd"),
            Checksummed("192.0.2.1", "192.0.2.2", EndedTls("TLSv1.3")), Signature, "\u0021\u0011\0\u000C",
            "\u0021\u0021\0\u0024", "\u0020\0\0\0", "\0\0\0\0\0\0", "\u00ff\u00ff", "EHLO x\r\n",
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

    /// <summary>The session would be somebody's who may have a right.</summary>
    private static bool NamesSomebody(in ProxyHeader header) => header.IsLocal || header.Source is not null;

    /// <summary>Its type was changed: the header has none any more, and says nothing of it.</summary>
    private static bool IsChecksumGone(string octets, int bit, string behind) =>
        bit / 8 == octets.Length - behind.Length - 7;

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
