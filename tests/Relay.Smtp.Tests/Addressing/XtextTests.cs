using Relay.Smtp.Addressing;

namespace Relay.Smtp.Tests.Addressing;

/// <summary>RFC 3461 §4.</summary>
public class XtextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("abc", "abc")]
    [InlineData("a+2Bb+3Dc+20d", "a+b=c d")]
    public void Xtext_is_decoded(string xtext, string text)
    {
        byte[] decoded = new byte[xtext.Length];
        Assert.True(Xtext.IsValid(Octets.Of(xtext)));
        Assert.Equal(text, Octets.Text(decoded.AsSpan(0, Xtext.Decode(Octets.Of(xtext), decoded))));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a=b")]
    [InlineData("+")]
    [InlineData("+2")]
    [InlineData("+2b")]
    [InlineData("+GG")]
    [InlineData("+00")]
    [InlineData("+0A")]
    [InlineData("+1F")]
    [InlineData("+7F")]
    [InlineData("+FF")]
    [InlineData("\x7F")]
    [InlineData("\xE9")]
    public void What_breaks_the_grammar_or_hides_a_control_is_not_valid(string xtext)
    {
        Assert.False(Xtext.IsValid(Octets.Of(xtext)));
    }

    [Fact]
    public void Encoding_printable_text_and_decoding_it_gives_it_back()
    {
        Properties.ForAll("ab +=~!", 500, octets =>
        {
            byte[] text = [.. octets.Where(octet => octet is >= 0x20 and < 0x7F)];
            byte[] encoded = new byte[text.Length * 3];
            int length = Xtext.Encode(text, encoded);
            byte[] decoded = new byte[length];
            Assert.True(Xtext.IsValid(encoded.AsSpan(0, length)));
            Assert.Equal(text, decoded[..Xtext.Decode(encoded.AsSpan(0, length), decoded)]);
        });
    }
}
