using System.Text;
using Relay.Server.Transactions;

namespace Relay.Server.Tests.Transactions;

/// <summary>date-time of RFC 5322 §3.3.</summary>
public sealed class DateStampTests
{
    [Theory]
    [InlineData("2026-11-20T21:48:02+00:00", "Fri, 20 Nov 2026 21:48:02 +0000")]
    [InlineData("2000-02-29T00:00:00-03:30", "Tue, 29 Feb 2000 00:00:00 -0330")]
    [InlineData("2027-01-03T09:05:59+05:45", "Sun, 03 Jan 2027 09:05:59 +0545")]
    public void A_date_is_written_as_the_rfc_has_it(string date, string expected) =>
        Assert.Equal(expected, Encoding.ASCII.GetString(DateStamp.Format(DateTimeOffset.Parse(date))));

    [Fact]
    public void It_is_made_once_per_second()
    {
        var time = new Testing.ManualTimeProvider();
        var date = new DateStamp(time);
        byte[] first = date.Current;
        time.Advance(TimeSpan.FromMilliseconds(800));
        Assert.Same(first, date.Current);
        time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal("Fri, 20 Nov 2026 21:48:03 +0000", Encoding.ASCII.GetString(date.Current));
    }
}
