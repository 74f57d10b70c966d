using System.Text;
using Relay.Dns.Messages;

namespace Relay.Dns.Tests.Messages;

/// <summary>Names on the wire (RFC 1035 §2.3.4, §3.1, §4.1.4, §5.1).</summary>
public sealed class WireNameTests
{
    [Theory]
    [InlineData("example.test", "07 example 04 test 00")]
    [InlineData("example.test.", "07 example 04 test 00")]
    [InlineData("EXAMPLE.Test", "07 example 04 test 00")]
    [InlineData("_25._tcp.mx", "03 _25 04 _tcp 02 mx 00")]
    [InlineData(@"a\.b.c", "03 a.b 01 c 00")]
    [InlineData(@"a\046b.c", "03 a.b 01 c 00")]
    [InlineData(".", "00")]
    public void A_name_in_text_is_encoded_in_lower_case(string text, string wire)
    {
        byte[] expected = [.. wire.Split(' ').SelectMany(static (part, i) => part.Length == 2 && char.IsDigit(part[0])
            ? [Convert.ToByte(part, 16)]
            : Encoding.ASCII.GetBytes(part))];
        byte[] buffer = new byte[WireName.LengthMax];
        Assert.True(WireName.TryEncode(text, buffer, out int length));
        Assert.Equal(expected, buffer[..length]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData(".example")]
    [InlineData("example..test")]
    [InlineData("example.test..")]
    [InlineData(@"broken\")]
    [InlineData(@"broken\25")]
    [InlineData(@"broken\256x")]
    [InlineData("exämple.test")]
    public void A_name_that_cannot_exist_is_refused(string text) =>
        Assert.False(WireName.TryEncode(text, new byte[WireName.LengthMax], out _));

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void A_label_has_at_most_63_octets(int length, bool fits) =>
        Assert.Equal(fits, WireName.TryEncode(new string('a', length) + ".test", new byte[WireName.LengthMax], out _));

    [Theory]
    [InlineData(61, true)]
    [InlineData(62, false)]
    public void A_name_has_at_most_255_octets(int lastLabel, bool fits)
    {
        string label = new('a', 63);
        string name = $"{label}.{label}.{label}.{new string('b', lastLabel)}";
        byte[] buffer = new byte[WireName.LengthMax];
        foreach (string text in (string[])[name, name + "."])
        {
            Assert.Equal(fits, WireName.TryEncode(text, buffer, out int length));
            Assert.True(!fits || length == 255);
        }
    }

    [Theory]
    [InlineData("mail.example.test")]
    [InlineData(@"a\.b.\000\255x\032.test")]
    [InlineData(".")]
    public void What_is_decoded_can_be_encoded_again(string text)
    {
        byte[] wire = new byte[WireName.LengthMax];
        Assert.True(WireName.TryEncode(text, wire, out int length));
        Assert.Equal(text, WireName.ToText(wire.AsSpan(0, length)));
    }

    [Fact]
    public void A_pointer_leads_to_an_earlier_name()
    {
        byte[] message = [3, (byte)'C', (byte)'o', (byte)'m', 0, 1, (byte)'a', 0xC0, 0, 9, 9];
        byte[] name = new byte[WireName.LengthMax];
        Assert.True(WireName.TryRead(message, 5, name, out int length, out int next));
        Assert.Equal("a.com", WireName.ToText(name.AsSpan(0, length)));
        Assert.Equal(9, next);
    }

    [Theory]
    [InlineData(new byte[] { 0xC0, 0 }, 0)] // to itself
    [InlineData(new byte[] { 0xC0, 2, 0xC0, 0 }, 2)] // to each other
    [InlineData(new byte[] { 1, 97, 0xC0, 0 }, 0)] // to its own beginning
    [InlineData(new byte[] { 0xC0, 2, 0 }, 0)] // forwards
    [InlineData(new byte[] { 0xC0 }, 0)] // cut
    [InlineData(new byte[] { 5, 97 }, 0)] // a label longer than the message
    [InlineData(new byte[] { 1, 97 }, 0)] // no end
    [InlineData(new byte[] { 0x41, 97, 0 }, 0)] // a length that is none
    [InlineData(new byte[] { 0x80, 97, 0 }, 0)]
    [InlineData(new byte[] { }, 0)]
    public void A_name_that_does_not_end_is_refused(byte[] message, int offset) =>
        Assert.False(WireName.TryRead(message, offset, new byte[WireName.LengthMax], out _, out _));

    [Fact]
    public void A_name_of_many_pointers_is_refused()
    {
        var message = new List<byte> { 0 };
        for (int i = 0; i < 200; i++)
        {
            int target = i == 0 ? 0 : message.Count - 2;
            message.Add((byte)(0xC0 | (target >> 8)));
            message.Add((byte)target);
        }

        byte[] name = new byte[WireName.LengthMax];
        Assert.True(WireName.TryRead([.. message], 1 + (2 * 100), name, out _, out _));
        Assert.False(WireName.TryRead([.. message], 1 + (2 * 199), name, out _, out _));
    }

    [Fact]
    public void A_name_that_grows_beyond_255_octets_by_pointers_is_refused()
    {
        var message = new List<byte>();
        byte[] label = [50, .. Enumerable.Repeat((byte)'x', 50)];
        message.AddRange([.. label, 0]);
        for (int i = 0, previous = 0; i < 6; i++)
        {
            int at = message.Count;
            message.AddRange([.. label, (byte)(0xC0 | (previous >> 8)), (byte)previous]);
            previous = at;
            bool fits = WireName.TryRead([.. message], at, new byte[WireName.LengthMax], out int length, out _);
            Assert.Equal(i < 3, fits);
            Assert.True(length <= WireName.LengthMax);
        }
    }

    [Theory]
    [InlineData("a.example.test", "example.test", true)]
    [InlineData("example.test", "example.test", true)]
    [InlineData("example.test", ".", true)]
    [InlineData("badexample.test", "example.test", false)]
    [InlineData("test", "example.test", false)]
    public void A_name_is_below_its_ancestors_only(string name, string ancestor, bool below)
    {
        byte[] one = new byte[WireName.LengthMax];
        byte[] other = new byte[WireName.LengthMax];
        WireName.TryEncode(name, one, out int oneLength);
        WireName.TryEncode(ancestor, other, out int otherLength);
        Assert.Equal(below, WireName.IsAtOrBelow(one.AsSpan(0, oneLength), other.AsSpan(0, otherLength)));
    }
}
