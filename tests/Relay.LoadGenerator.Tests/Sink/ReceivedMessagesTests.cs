using Relay.LoadGenerator.Messages;
using Relay.LoadGenerator.Sink;

namespace Relay.LoadGenerator.Tests.Sink;

public class ReceivedMessagesTests
{
    private readonly ReceivedMessages _received = new();

    [Fact]
    public void What_the_ledger_lists_and_did_not_come_is_lost()
    {
        Add(1, 10);
        Add(2, 10);
        VerificationReport report = _received.CreateReport([(Id(1), 1), (Id(2), 1), (Id(3), 1)], expected: 0);
        Assert.Equal(1, report.Lost);
        Assert.Equal([Id(3).ToString()], report.LostExamples);
        Assert.Equal(3, report.LedgerEntries);
    }

    [Fact]
    public void A_missing_recipient_is_a_loss()
    {
        Add(1, 10, 11);
        Assert.Equal(1, _received.CreateReport([(Id(1), 3)], expected: 0).Lost);
        Add(1, 12);
        Assert.Equal(0, _received.CreateReport([(Id(1), 3)], expected: 0).Lost);
    }

    [Fact]
    public void Recipients_split_over_transactions_are_no_duplicates_but_the_same_one_twice_is()
    {
        Add(1, 10, 11);
        Add(1, 12);
        Assert.Equal(0, _received.CreateReport(null, expected: 1).Duplicated);
        Add(1, 11);
        VerificationReport report = _received.CreateReport([(Id(1), 3)], expected: 0);
        Assert.Equal(1, report.Duplicated);
        Assert.Equal([Id(1).ToString()], report.DuplicatedExamples);
        Assert.Equal(3, report.Deliveries);
        Assert.Equal(0, report.Lost);
    }

    [Fact]
    public void A_duplicate_does_not_stand_in_for_a_lost_recipient()
    {
        Add(1, 10);
        Add(1, 10);
        Assert.Equal(1, _received.CreateReport([(Id(1), 2)], expected: 0).Lost);
    }

    [Fact]
    public void Without_a_ledger_the_expected_number_tells_what_is_lost()
    {
        Add(1, 10);
        Add(1, 10);
        Assert.Equal(4, _received.CreateReport(null, expected: 5).Lost);
        Assert.Equal(0, _received.CreateReport(null, expected: 0).Lost);
    }

    [Fact]
    public void Corrupted_and_unidentified_messages_are_counted_apart()
    {
        _received.Add(ContentVerdict.Corrupted, Id(1), [10]);
        _received.Add(ContentVerdict.Unidentified, default, [10]);
        VerificationReport report = _received.CreateReport([(Id(1), 1)], expected: 0);
        Assert.Equal((1, 1, 0, 0), (report.Corrupted, report.Unidentified, report.Lost, report.Intact));
        Assert.Equal([Id(1).ToString()], report.CorruptedExamples);
    }

    private static LoadId Id(uint sequence) => new(5, sequence);

    private void Add(uint sequence, params ulong[] recipients) =>
        _received.Add(ContentVerdict.Intact, Id(sequence), recipients);
}
