using Relay.Testing;

namespace Relay.Host.Tests.Commands;

/// <summary>Destinations under the hands of an administrator: the built program from outside.</summary>
public sealed class DestinationProcessTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("relay-destinations-");

    private string Root => _directory.FullName;

    [Fact]
    public async Task A_suspended_destinations_mail_waits_over_a_restart_until_it_is_resumed()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await ConfigureAsync(exchanger.Port, "");
        string hop = $"smtp:[127.0.0.1]:{exchanger.Port}";
        await using (RelayProcess relay = RelayProcess.Start(Root, "serve", "--config", "relay.json"))
        {
            int port = await relay.WaitForPortAsync();
            (int code, string said) = await Queue("suspend", "d.example", "--for", "2h", "--reason", "they move house");
            Assert.Equal(0, code);
            Assert.StartsWith($"{hop} gets no mail until ", said, StringComparison.Ordinal);
            await using SmtpDialogue client = await SmtpDialogue.ConnectAsync(port);
            await client.SayAsync("EHLO client.example");
            await client.SendMailAsync("a@b.example", "c@d.example", "Subject: x\r\n\r\nx");
            Assert.Contains("they move house", await relay.WaitForLineAsync(" deferred "), StringComparison.Ordinal);
            await relay.SignalAsync("TERM");
            Assert.Equal(0, await relay.WaitForExitAsync());
        }

        await using RelayProcess again = RelayProcess.Start(Root, "serve", "--config", "relay.json");
        await again.WaitForPortAsync();
        string summary = (await Queue("summary")).Output;
        Assert.Contains($"  {hop}: ", summary, StringComparison.Ordinal);
        Assert.Contains(": they move house", summary, StringComparison.Ordinal);
        Assert.Empty(exchanger.Mails);

        Assert.Equal((0, $"{hop} gets mail again\n"), await Queue("resume", hop));
        await exchanger.WhenAsync(static e => e.Mails.Count == 1);
    }

    [Theory]
    [InlineData("mailertable")]
    [InlineData("reload")]
    public async Task Mail_for_a_suspended_destination_follows_a_route_that_leads_elsewhere(string by)
    {
        await using var before = new ScriptedMailExchanger();
        await using var after = new ScriptedMailExchanger();
        string mailertable = Path.Combine(Root, "mailertable");
        await File.WriteAllTextAsync(mailertable, "other.example error:5.1.1:none\n");
        await ConfigureAsync(before.Port, mailertable);
        await using RelayProcess relay = RelayProcess.Start(Root, "serve", "--config", "relay.json");
        int port = await relay.WaitForPortAsync();
        Assert.Equal(0, (await Queue("suspend", "d.example", "--reason", "they move house")).ExitCode);
        await using SmtpDialogue client = await SmtpDialogue.ConnectAsync(port);
        await client.SayAsync("EHLO client.example");
        await client.SendMailAsync("a@b.example", "c@d.example", "Subject: x\r\n\r\nx");
        await relay.WaitForLineAsync(" deferred ");

        if (by == "mailertable")
        {
            string next = mailertable + ".next";
            await File.WriteAllTextAsync(next, $"d.example smtp:[127.0.0.1]:{after.Port}\n");
            File.Move(next, mailertable, overwrite: true);
        }
        else
        {
            await ConfigureAsync(after.Port, mailertable);
            await relay.SignalAsync("HUP");
        }

        await after.WhenAsync(static e => e.Mails.Count == 1);
        Assert.Empty(before.Mails);
    }

    [Fact]
    public async Task Wrong_arguments_are_explained()
    {
        (int code, string said) = await Queue("suspend", "d.example", "--for", "soon");
        Assert.Equal(64, code);
        Assert.Contains("--for: expected a duration", said, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private Task ConfigureAsync(int smartHost, string mailertable) =>
        File.WriteAllTextAsync(Path.Combine(Root, "relay.json"), $$"""
            {
              "hostname": "relay.example",
              "listeners": [ { "endpoint": "127.0.0.1:0" } ],
              "queue": { "directory": "queue", "segmentSize": "4M" },
              "admin": { "socket": "admin.sock" },
              "smartHost": "smtp:[127.0.0.1]:{{smartHost}}",
              "tables": { "directory": "", "mailertable": "{{mailertable}}" },
              "access": { "acceptUnresolvableDomains": true, "resolveClients": false }
            }
            """);

    private Task<(int ExitCode, string Output)> Queue(params string[] arguments) =>
        RelayProcess.RunAsync(Root, ["queue", .. arguments, "--socket", "admin.sock"]);
}
