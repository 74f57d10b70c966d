namespace Relay.EndToEnd.Tests.Differential;

/// <summary>
/// The recorded answers are what Debian's Sendmail really says. <c>RELAY_RECORD_ANSWERS=1</c> in the environment writes
/// them anew instead.
/// </summary>
[Collection(SendmailFixture.Name)]
public class SendmailAnswersTests(SendmailFixture fixture)
{
    public static IEnumerable<TheoryDataRow<string>> Scenarios() =>
        Scenario.Names().Select(n => new TheoryDataRow<string>(n));

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Sendmail_still_answers_each_question_as_recorded(string name)
    {
        fixture.Require();
        Scenario scenario = Scenario.Load(name);
        await using Sendmail sendmail = await Sendmail.StartAsync(scenario);
        string answers = AnswerFile.Format(await sendmail.Asker.AskAsync(scenario.Questions));
        if (Environment.GetEnvironmentVariable("RELAY_RECORD_ANSWERS") == "1")
        {
            await File.WriteAllTextAsync(scenario.AnswersPath, answers, TestContext.Current.CancellationToken);
        }

        Assert.Equal(scenario.Read("answers"), answers);
    }

    [Fact]
    public void At_least_300_questions_are_asked() =>
        Assert.InRange(Scenario.Names().Sum(n => Scenario.Load(n).Questions.Count), 300, int.MaxValue);
}
