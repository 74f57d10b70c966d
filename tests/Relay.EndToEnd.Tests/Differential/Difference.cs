namespace Relay.EndToEnd.Tests.Differential;

/// <summary>A question that the two programs answered differently.</summary>
internal sealed record Difference(string Scenario, Question Question, Answer Sendmail, Answer Relay)
{
    public override string ToString() => $"{Scenario}: {Question}\n    sendmail {Sendmail}\n    relay    {Relay}";
}
