using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Relay.Sasl;
using Relay.Server.Authentication;
using Relay.Server.Authentication.Dovecot;
using Relay.Server.Policies;
using Relay.Testing;
using Relay.Throttling;

namespace Relay.Server.Tests.Authentication;

/// <summary>Dovecot's authentication protocol, versions 1.1 and 1.2, as a mail server speaks it.</summary>
public sealed class DovecotClientTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly Heartbeat _heartbeat;
    private readonly List<string> _told = [];

    public DovecotClientTests() => _heartbeat = new Heartbeat(_time);

    public void Dispose() => _heartbeat.Dispose();

    [Fact]
    public async Task A_password_goes_to_dovecot_as_plain_with_both_addresses_and_its_word_counts()
    {
        using var dovecot = new ScriptedDovecot(static line => Answer(line, "OK", "user=dora"));
        using DovecotClient client = await ConnectAsync(dovecot);
        Assert.Equal(SaslMechanisms.Plain | SaslMechanisms.ScramSha256, client.Mechanisms);
        AuthenticationStep step = await AskAsync(client, "PLAIN", "\0dora\0geheim");
        Assert.Equal(AuthenticationResult.Accepted, step.Result);
        Assert.Equal("dora", step.Identity);
        Assert.True(step.MayRelay);
        Assert.Equal("VERSION\t1\t1", await dovecot.HearAsync());
        Assert.Equal($"CPID\t{Environment.ProcessId}", await dovecot.HearAsync());
        Assert.Equal(
            "AUTH\t1\tPLAIN\tservice=smtp\tnologin\tlip=192.0.2.25\trip=198.51.100.9\tresp="
            + Convert.ToBase64String("\0dora\0geheim"u8),
            await dovecot.HearAsync());
    }

    [Theory]
    [InlineData("FAIL", "user=dora", AuthenticationResult.Failed)]
    [InlineData("FAIL", "", AuthenticationResult.Failed)]
    [InlineData("FAIL", "user=dora\tuser_disabled", AuthenticationResult.Failed)]
    [InlineData("FAIL", "user=dora\ttemp", AuthenticationResult.TemporaryFailure)]
    [InlineData("FAIL", "user=dora\tcode=temp_fail", AuthenticationResult.TemporaryFailure)]
    [InlineData("OK", "", AuthenticationResult.Failed)]
    [InlineData("CONT", "more", AuthenticationResult.TemporaryFailure)]
    public async Task What_is_no_yes_with_a_name_lets_nobody_in(string verb, string rest, AuthenticationResult result)
    {
        using var dovecot = new ScriptedDovecot(line => Answer(line, verb, rest));
        using DovecotClient client = await ConnectAsync(dovecot);
        Assert.Equal(result, (await AskAsync(client, "PLAIN", "\0dora\0geheim")).Result);
    }

    [Fact]
    public async Task Scram_goes_through_from_its_first_message_on()
    {
        using var dovecot = new ScriptedDovecot(static line =>
            line.StartsWith("AUTH", StringComparison.Ordinal) ? Answer(line, "CONT", Base64("r=abcdef,s=c2FsdA==,i=4096"))
            : Answer(line, "OK", "user=dora"));
        using DovecotClient client = await ConnectAsync(dovecot);
        using UserAuthenticator authenticator = Authenticator(client);
        using IAuthenticationExchange exchange = authenticator.Begin(Client(), "SCRAM-SHA-256"u8, out _)!;
        AuthenticationStep first = await exchange.NextAsync("n,,n=dora,r=abc"u8.ToArray(), isThere: true);
        Assert.Equal("r=abcdef,s=c2FsdA==,i=4096", Encoding.ASCII.GetString(first.Challenge.Span));
        AuthenticationStep last = await exchange.NextAsync("c=biws,r=abcdef,p=x"u8.ToArray(), isThere: true);
        Assert.Equal(AuthenticationResult.Accepted, last.Result);
        await dovecot.HearAsync();
        await dovecot.HearAsync();
        Assert.EndsWith($"\tresp={Base64("n,,n=dora,r=abc")}", await dovecot.HearAsync(), StringComparison.Ordinal);
        Assert.Equal($"CONT\t1\t{Base64("c=biws,r=abcdef,p=x")}", await dovecot.HearAsync());
    }

    [Fact]
    public async Task A_user_of_the_directory_is_never_asked_elsewhere()
    {
        using var dovecot = new ScriptedDovecot(static line => Answer(line, "OK", "user=tim"));
        using DovecotClient client = await ConnectAsync(dovecot);
        Assert.Equal(AuthenticationResult.Failed, (await AskAsync(client, "PLAIN", "\0tim\0wrong")).Result);
        Assert.Equal(AuthenticationResult.Accepted, (await AskAsync(client, "PLAIN", "\0tim\0secret")).Result);
    }

    [Fact]
    public async Task Failures_of_dovecots_users_are_throttled_too()
    {
        using var dovecot = new ScriptedDovecot(static line => Answer(line, "FAIL", "user=dora"));
        using DovecotClient client = await ConnectAsync(dovecot);
        using UserAuthenticator authenticator = Authenticator(client);
        for (int n = 0; n < 10; n++)
        {
            Assert.Equal(
                AuthenticationResult.Failed, (await AskAsync(authenticator, "PLAIN", "\0dora\0wrong")).Result);
        }

        Assert.Null(authenticator.Begin(Client(), "PLAIN"u8, out AuthenticationStep refusal));
        Assert.Equal(AuthenticationResult.Throttled, refusal.Result);
    }

    [Fact]
    public async Task A_connection_that_is_lost_is_our_own_trouble_and_the_next_exchange_has_a_new_one()
    {
        ScriptedDovecot? script = null;
        bool drops = true;
        using var dovecot = new ScriptedDovecot(line =>
        {
            if (drops && line.StartsWith("AUTH", StringComparison.Ordinal))
            {
                script!.Drop();
                return null;
            }

            return Answer(line, "OK", "user=dora");
        });
        script = dovecot;
        using DovecotClient client = await ConnectAsync(dovecot);
        Assert.Equal(
            AuthenticationResult.TemporaryFailure, (await AskAsync(client, "PLAIN", "\0dora\0geheim")).Result);
        drops = false;
        Assert.Equal(AuthenticationResult.Accepted, (await AskAsync(client, "PLAIN", "\0dora\0geheim")).Result);
    }

    [Fact]
    public async Task Who_does_not_answer_within_a_minute_is_not_waited_for()
    {
        using var dovecot = new ScriptedDovecot(static _ => null);
        using DovecotClient client = await ConnectAsync(dovecot);
        using UserAuthenticator authenticator = Authenticator(client);
        using IAuthenticationExchange exchange = authenticator.Begin(Client(), "PLAIN"u8, out _)!;
        Task<AuthenticationStep> asked =
            exchange.NextAsync("\0dora\0geheim"u8.ToArray(), isThere: true).AsTask();
        for (int line = 0; line < 3; line++)
        {
            await dovecot.HearAsync();
        }

        _time.Advance(TimeSpan.FromSeconds(62));
        _heartbeat.Tick();
        Assert.Equal(AuthenticationResult.TemporaryFailure, (await asked).Result);
    }

    [Fact]
    public async Task Where_nobody_listens_it_is_told_once_and_its_users_come_again_later()
    {
        using var client = new DovecotClient("/nowhere/auth", _heartbeat, _told.Add);
        await client.Connected;
        Assert.Equal(SaslMechanisms.None, client.Mechanisms);
        _heartbeat.Tick();
        await client.Connected;
        Assert.StartsWith("dovecot at /nowhere/auth cannot be asked: ", Assert.Single(_told), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("VERSION\t2\t0\nDONE\n")]
    [InlineData("220 mx.example ESMTP\r\nDONE\n")]
    public async Task Who_speaks_something_else_is_not_dovecot(string greeting)
    {
        using var dovecot = new ScriptedDovecot(static _ => null, greeting);
        using var client = new DovecotClient(dovecot.Path, _heartbeat, _told.Add);
        Task connected = client.Connected;
        dovecot.Drop();
        await connected;
        Assert.Equal(SaslMechanisms.None, client.Mechanisms);
    }

    [Fact]
    public void Whatever_dovecot_says_is_read_without_fault()
    {
        string[] words = ["OK", "CONT", "FAIL", "1", "user=", "dora", "temp", "\t", "\u0001", "\u0001t", "\u00e9", "====", "YWJj"];
        Prop.ForAll(Gen.Elements(words).ArrayOf(7).ToArbitrary(), static parts =>
        {
            string line = string.Concat(parts);
            string[] split = DovecotLine.Split(line);
            Assert.Equal(split[0] is "OK" or "CONT" or "FAIL", DovecotLine.ToAnswer(split) is not null);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
        Assert.Equal(["OK", "a\tb\r\n\u0001\0"], DovecotLine.Split("OK\ta\u0001tb\u0001r\u0001n\u00011\u00010"));
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <summary>To the exchange that a line is about.</summary>
    private static string? Answer(string line, string verb, string rest)
    {
        string[] words = line.Split('\t');
        return words[0] is "AUTH" or "CONT" ? $"{verb}\t{words[1]}{(rest.Length > 0 ? "\t" + rest : string.Empty)}\n" : null;
    }

    private static ClientIdentity Client() => new(IPAddress.Parse("198.51.100.9"), 40000, "MTA")
    {
        LocalAddress = IPAddress.Parse("192.0.2.25"),
    };

    private static async Task<AuthenticationStep> AskAsync(UserAuthenticator authenticator, string mechanism, string said)
    {
        using IAuthenticationExchange exchange =
            authenticator.Begin(Client(), Encoding.ASCII.GetBytes(mechanism), out _)!;
        return await exchange.NextAsync(Encoding.UTF8.GetBytes(said), isThere: true);
    }

    private async Task<AuthenticationStep> AskAsync(DovecotClient client, string mechanism, string said)
    {
        using UserAuthenticator authenticator = Authenticator(client);
        return await AskAsync(authenticator, mechanism, said);
    }

    private UserAuthenticator Authenticator(DovecotClient client) => new(
        new TwoUsers(),
        _heartbeat,
        new AuthenticationOptions { AllowPlaintext = true },
        static work => Task.FromResult(work()))
    {
        Dovecot = client,
    };

    private async Task<DovecotClient> ConnectAsync(ScriptedDovecot dovecot)
    {
        var client = new DovecotClient(dovecot.Path, _heartbeat, _told.Add);
        await client.Connected;
        return client;
    }
}
