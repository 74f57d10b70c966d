using Relay.EndToEnd.Tests.Seeds;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>
/// The real program on tables and options that all tests of a class ask: relay.example, with its DNS. A stranger has a
/// name that nothing permits anything; nobody has none at all.
/// </summary>
public abstract class RuleWorld : IAsyncLifetime
{
    internal const string HostName = "relay.example";
    internal const string Stranger = "198.51.100.1";
    internal const string Nobody = "198.51.100.99";
    internal const string Sender = "someone@sender.example";

    internal SeedWorld World { get; } = new();

    public async ValueTask InitializeAsync()
    {
        World.Names.Add($"{HostName} A 127.0.0.1");
        World.Names.AddClient(Stranger, "pc.stranger.example");
        await StartAsync();
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return World.DisposeAsync();
    }

    /// <summary>What the client is told: the first refusal, else the reply to RCPT.</summary>
    internal Task<string> AskAsync(string client, string recipient, string sender = Sender) =>
        World.OfferAsync(client, sender, recipient);

    /// <summary>True if the client may send to a domain that is nobody's here.</summary>
    internal async Task<bool> MayRelayAsync(string client)
    {
        string reply = await AskAsync(client, "a@far.example");
        Assert.Matches("^(250 2.1.5 |550 5.7.1 <a@far.example>... Relaying denied)", reply);
        return reply[0] == '2';
    }

    /// <summary>Writes tables and starts the program.</summary>
    private protected abstract Task StartAsync();
}
