using Relay.Queue.Records;
using Relay.Smtp;

namespace Relay.Queue.Tests.Records;

/// <summary>
/// The address that a message came in on, behind the recipients of its envelope, as docs/queue-format.md describes it.
/// </summary>
public sealed class ArrivalRecordTests
{
    private const string Bare = "0000" + "0000" + "0000" + "0000" + "0000" + "0300" + "0000" + "00" + "614062";

    [Theory]
    [InlineData(ArrivalUses.None, "", "")]
    [InlineData(ArrivalUses.SourceAddress, "C0000201", "01" + "04" + "C0000201")]
    [InlineData(ArrivalUses.HelloName, "C0000201", "02" + "04" + "C0000201")]
    [InlineData(
        ArrivalUses.SourceAddress | ArrivalUses.HelloName,
        "20010DB8000000000000000000000001",
        "03" + "10" + "20010DB8000000000000000000000001")]
    public void The_address_is_as_documented_and_costs_nothing_where_there_is_none(
        ArrivalUses uses, string address, string expected)
    {
        Envelope envelope = New();
        if (uses != ArrivalUses.None)
        {
            envelope.SetArrival(Convert.FromHexString(address), uses);
        }

        byte[] octets = Write(envelope);
        Assert.Equal(Bare + expected, Convert.ToHexString(octets));

        var again = new Envelope();
        Assert.True(EnvelopeCodec.TryRead(octets, 1, again));
        Assert.Equal(uses, again.ArrivalUses);
        Assert.Equal(address, Convert.ToHexString(again.ArrivalAddress));
        Assert.Equal("a@b"u8, again.GetRecipient(0).ForwardPath);
    }

    [Theory]
    [InlineData("00" + "04" + "C0000201")] // no use
    [InlineData("05" + "04" + "C0000201")] // a mark of a later program
    [InlineData("81" + "04" + "C0000201")]
    [InlineData("01" + "03" + "C00002")]
    [InlineData("01" + "00")]
    [InlineData("01" + "04" + "C00002")] // cut
    [InlineData("01" + "04" + "C000020100")] // and more behind it
    [InlineData("01")]
    public void What_is_not_known_behind_the_recipients_makes_the_envelope_none(string behind) =>
        Assert.False(EnvelopeCodec.TryRead(Convert.FromHexString(Bare + behind), 1, new Envelope()));

    [Fact]
    public void An_emptied_envelope_has_no_address_and_a_copied_one_has_that_of_the_other()
    {
        Envelope envelope = New();
        envelope.SetArrival([127, 0, 0, 5], ArrivalUses.SourceAddress);
        var copy = new Envelope();
        EnvelopeCopier.Copy(envelope, copy);
        Assert.Equal([127, 0, 0, 5], copy.ArrivalAddress.ToArray());
        Assert.Equal(ArrivalUses.SourceAddress, copy.ArrivalUses);

        copy.Reset();
        Assert.Equal(ArrivalUses.None, copy.ArrivalUses);
        Assert.True(copy.ArrivalAddress.IsEmpty);
    }

    [Fact]
    public void What_is_no_address_or_has_no_use_is_not_taken()
    {
        Envelope envelope = New();
        Assert.Throws<ArgumentException>(() => envelope.SetArrival([127, 0, 0], ArrivalUses.SourceAddress));
        Assert.Throws<ArgumentException>(() => envelope.SetArrival([127, 0, 0, 1], ArrivalUses.None));
    }

    [Fact]
    public void Persisted_values_never_change() => Assert.Equal(
        "None=0 SourceAddress=1 HelloName=2",
        string.Join(' ', Enum.GetValues<ArrivalUses>().Select(static v => $"{v}={(int)v}")));

    private static Envelope New()
    {
        var envelope = new Envelope();
        envelope.AddRecipient("a@b"u8, default, DsnNotify.Unspecified);
        return envelope;
    }

    private static byte[] Write(Envelope envelope)
    {
        byte[] octets = new byte[EnvelopeCodec.Measure(envelope)];
        var writer = new BodyWriter(octets);
        EnvelopeCodec.Write(envelope, ref writer);
        Assert.Equal(octets.Length, writer.Position);
        return octets;
    }
}
