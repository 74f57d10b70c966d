namespace Relay.EndToEnd.Tests.Differential;

/// <summary>
/// The relay answers as Sendmail does (see <see cref="Answer.AgreesWith"/>), but for the differences that are known and
/// have a reason. Sendmail's answers are recorded; <see cref="SendmailAnswersTests"/> verifies the record.
/// </summary>
public class DifferentialTests(DifferenceFixture fixture) : IClassFixture<DifferenceFixture>
{
    [Fact]
    public void The_relay_differs_from_Sendmail_only_where_there_is_a_reason()
    {
        List<KnownDifference> known = KnownDifference.ReadAll();
        Difference[] unexplained = [.. fixture.Differences.Where(d => !known.Exists(k => k.Explains(d)))];
        Assert.True(
            unexplained.Length == 0,
            $"{unexplained.Length} of {fixture.Differences.Count} differences have no reason:\n"
            + string.Join('\n', unexplained.Select(d => d.ToString())));
    }

    [Fact]
    public void Each_known_difference_still_exists()
    {
        string[] gone =
        [
            .. KnownDifference.ReadAll().Where(k => !fixture.Differences.Any(k.Explains)).Select(k => k.Name),
        ];
        Assert.True(gone.Length == 0, $"these differences are no more, strike them out: {string.Join(", ", gone)}");
    }
}
