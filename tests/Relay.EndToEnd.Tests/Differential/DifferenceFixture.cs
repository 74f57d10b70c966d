using Relay.Testing;

namespace Relay.EndToEnd.Tests.Differential;

/// <summary>Asks the relay all questions, once, and compares with what Sendmail said.</summary>
public sealed class DifferenceFixture : IAsyncLifetime
{
    private const int RelaysAtOnce = 3;

    private ZoneServer? _server;

    private IReadOnlyList<Difference> _differences = [];

    /// <summary>In the order of scenarios and questions. Skips the running test where they cannot be asked.</summary>
    internal IReadOnlyList<Difference> Differences
    {
        get
        {
            Assert.SkipUnless(Loopback.HasIPv6, Loopback.NoIPv6);
            return _differences;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (!Loopback.HasIPv6)
        {
            return; // some questions come from ::1
        }

        _server = new ZoneServer("127.0.0.1", 0);
        string[] names = [.. Scenario.Names()];
        var differences = new List<Difference>[names.Length];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, names.Length),
            new ParallelOptions { MaxDegreeOfParallelism = RelaysAtOnce },
            async (i, _) => differences[i] = await AskAsync(Scenario.Load(names[i])));
        _differences = [.. differences.SelectMany(d => d)];
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<List<Difference>> AskAsync(Scenario scenario)
    {
        Dictionary<string, Answer> recorded = AnswerFile.Read(scenario.AnswersPath);
        await using ConfiguredRelay relay = await ConfiguredRelay.StartAsync(scenario, _server!.EndPoint);
        var differences = new List<Difference>();
        foreach ((Question question, Answer answer) in await relay.Asker.AskAsync(scenario.Questions))
        {
            Answer sendmail = recorded.GetValueOrDefault(question.ToString(), new Answer("(not recorded)", null));
            if (!answer.AgreesWith(sendmail))
            {
                differences.Add(new Difference(scenario.Name, question, sendmail, answer));
            }
        }

        return differences;
    }
}
