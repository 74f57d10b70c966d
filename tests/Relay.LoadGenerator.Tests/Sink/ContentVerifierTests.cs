using System.Text;
using Relay.LoadGenerator.Messages;
using Relay.LoadGenerator.Sink;
using Relay.LoadGenerator.Tests.Messages;

namespace Relay.LoadGenerator.Tests.Sink;

public class ContentVerifierTests
{
    private readonly ContentVerifier _verifier = new();
    private readonly byte[] _message;
    private readonly int _bodyStart;

    public ContentVerifierTests()
    {
        byte[] wire = MessageContentTests.Write(5000, bdat: true);
        _message = wire[(wire.AsSpan().IndexOf("\r\n"u8) + 2)..];
        _bodyStart = _message.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
    }

    [Fact]
    public void A_message_as_sent_is_intact_wherever_it_is_cut()
    {
        for (int cut = 0; cut <= _message.Length; cut++)
        {
            Assert.Equal(ContentVerdict.Intact, Judge(_message[..cut], _message[cut..]));
            Assert.Equal(new LoadId(7, 99), _verifier.Id);
            Assert.Equal(1, _verifier.SentMicroseconds);
        }
    }

    [Fact]
    public void Fields_added_before_and_between_do_not_matter()
    {
        byte[] trace = Encoding.ASCII.GetBytes("Received: from x by y\r\n\twith ESMTP id 1; X-Load-Id: no\r\n");
        int insideHeader = _message.AsSpan().IndexOf("\r\nX-Load-"u8) + 2;
        Assert.Equal(ContentVerdict.Intact, Judge(trace, _message));
        Assert.Equal(ContentVerdict.Intact, Judge(_message[..insideHeader], trace, _message[insideHeader..]));
    }

    [Fact]
    public void Every_changed_octet_of_the_body_is_noticed()
    {
        for (int i = _bodyStart; i < _message.Length; i++)
        {
            byte[] changed = [.. _message];
            changed[i] ^= 1;
            Assert.Equal(ContentVerdict.Corrupted, Judge(changed));
        }
    }

    [Fact]
    public void Every_cut_off_end_is_noticed()
    {
        for (int length = _bodyStart; length < _message.Length; length++)
        {
            Assert.Equal(ContentVerdict.Corrupted, Judge(_message[..length]));
        }
    }

    [Fact]
    public void The_body_of_another_message_is_noticed()
    {
        byte[] other = MessageBodyTests.Body(new LoadId(7, 100), 5000, eightBit: false);
        Assert.Equal(ContentVerdict.Corrupted, Judge(_message[.._bodyStart], other));
        byte[] firstBlockOfOther = other[..4096];
        byte[] restOfOwn = _message[(_bodyStart + 4096)..];
        Assert.Equal(ContentVerdict.Corrupted, Judge(_message[.._bodyStart], firstBlockOfOther, restOfOwn));
    }

    [Theory]
    [InlineData("X-Load-Id: ", 'g', 1)]
    [InlineData("X-Load-Checksum: ", '0', 2)]
    [InlineData("X-Load-Checksum: ", 'z', 2)]
    [InlineData("X-Load-Sequence: ", 'f', 2)]
    public void Damaged_fields_are_noticed(string field, char value, int verdict)
    {
        byte[] changed = [.. _message];
        int at = changed.AsSpan().IndexOf(Encoding.ASCII.GetBytes(field)) + field.Length;
        changed[at] = changed[at] == value ? (byte)'5' : (byte)value;
        ContentVerdict expected = verdict == 1 ? ContentVerdict.Unidentified : ContentVerdict.Corrupted;
        Assert.Equal(expected, Judge(changed));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Subject: a bounce\r\n\r\nX-Load-Id: 00000007-00000063\r\n")]
    [InlineData("no header at all")]
    public void Messages_of_others_are_unidentified(string content)
    {
        Assert.Equal(ContentVerdict.Unidentified, Judge(Encoding.ASCII.GetBytes(content)));
    }

    [Fact]
    public void An_endless_header_section_is_given_up()
    {
        byte[] line = Encoding.ASCII.GetBytes(new string('a', 60_000));
        Assert.Equal(ContentVerdict.Unidentified, Judge([.. Enumerable.Repeat(line, 20)]));
    }

    private ContentVerdict Judge(params byte[][] parts)
    {
        _verifier.Reset();
        foreach (byte[] part in parts)
        {
            _verifier.Append(part);
        }

        return _verifier.Finish();
    }
}
