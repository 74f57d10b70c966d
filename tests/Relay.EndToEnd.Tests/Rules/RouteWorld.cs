using System.Globalization;
using Relay.EndToEnd.Tests.Seeds;
using Relay.Testing;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>
/// A relay among mail hosts h1 to h5, so that a test sees where mail to a recipient arrives and for whom.
/// </summary>
public abstract class RouteWorld : RuleWorld
{
    private const int HostCount = 5;
    private const int FirstHost = 71;

    private readonly ScriptedMailExchanger[] _hosts = new ScriptedMailExchanger[HostCount];
    private int _messages;

    /// <summary>The address of a host by its number from 1, e.g. 127.0.0.71.</summary>
    internal static string Address(int host) =>
        string.Create(CultureInfo.InvariantCulture, $"127.0.0.{FirstHost + host - 1}");

    /// <summary>
    /// Sends one message from this machine and tells where its copies arrive, sorted, e.g. <c>h2 a@b.example</c>.
    /// </summary>
    /// <param name="copies">How many to wait for.</param>
    /// <param name="recipients">Its recipients.</param>
    internal async Task<string> SendAsync(int copies, params string[] recipients)
    {
        string subject = string.Create(CultureInfo.InvariantCulture, $"message {++_messages} of the test");
        await using (SeedClient client = await World.ConnectAsync("127.0.0.1"))
        {
            await client.SendAsync(Sender, recipients, $"Subject: {subject}\r\n\r\nx");
        }

        await Poll.UntilAsync(
            () => Arrived(subject).Length >= copies,
            TimeSpan.FromSeconds(90),
            () => $"only \"{string.Join(", ", Arrived(subject))}\" came; the relay said:\n{World.Program.Output}");
        return string.Join(", ", Arrived(subject));
    }

    /// <summary>The same for one recipient and one copy.</summary>
    internal Task<string> SendAsync(string recipient) => SendAsync(1, recipient);

    /// <summary>The message as it arrived at the host, when it did.</summary>
    internal async Task<ReceivedMail> MailAtAsync(int host, string subject)
    {
        ReceivedMail? found = null;
        await Poll.UntilAsync(
            () => (found = _hosts[host - 1].Mails.FirstOrDefault(m => IsOf(m, subject))) is not null,
            TimeSpan.FromSeconds(90),
            () => $"no mail came; the relay said:\n{World.Program.Output}");
        return found!;
    }

    private protected sealed override Task StartAsync()
    {
        for (int i = 0; i < HostCount; i++)
        {
            _hosts[i] = World.Host(Address(i + 1));
            World.Names.Add($"h{i + 1}.test A {Address(i + 1)}");
        }

        return ServeAsync();
    }

    /// <summary>Writes tables and starts the program.</summary>
    private protected abstract Task ServeAsync();

    private static bool IsOf(ReceivedMail mail, string subject) =>
        SeedWorld.TextOf(mail).Contains($"Subject: {subject}\r\n", StringComparison.Ordinal);

    private string[] Arrived(string subject) =>
    [
        .. Enumerable.Range(0, HostCount).SelectMany(i => _hosts[i].Mails
            .Where(m => IsOf(m, subject))
            .SelectMany(m => m.Recipients.Select(r => $"h{i + 1} {SeedWorld.AddressOf(r)}")))
            .Order(StringComparer.Ordinal),
    ];
}
