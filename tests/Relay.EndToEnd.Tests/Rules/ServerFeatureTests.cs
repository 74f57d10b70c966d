using Relay.EndToEnd.Tests.Seeds;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>Srv_Features: of access, through the whole program (Sendmail: cf/README, "Srv_Features").</summary>
public sealed class ServerFeatureTests : IAsyncDisposable
{
    private static readonly string Key = Convert.ToBase64String(new byte[32]);

    private readonly SeedWorld _world = new();

    [Fact]
    public async Task L_wants_AUTH_of_a_client_A_offers_none_and_E_serves_no_ETRN()
    {
        string users = _world.Table("users", $"tim\tSCRAM-SHA-256$4096:AAECAwQFBgcICQoLDA0ODw==${Key}:{Key}\n");
        File.SetUnixFileMode(users, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _world.Table("relay-domains", "127\n");
        _world.Table(
            "access",
            "Srv_Features:127.7.0.1 l\nSrv_Features:127.7.0.2 A\nSrv_Features:127.7.0.3 E\n"
            + "Srv_Features:127.7.0.4 l A\nSrv_Features:127.7.0.5 L a e\n");
        await _world.ServeAsync("relay.example", "access.acceptUnresolvableDomains=true");
        const string Denied = "530 5.7.0 Authentication required";
        foreach ((string from, bool isOffered, bool servesEtrn, bool isDenied) in ((string, bool, bool, bool)[])
        [
            ("127.7.0.1", true, true, true), ("127.7.0.2", false, true, false), ("127.7.0.3", true, false, false),
            ("127.7.0.4", false, true, true), ("127.7.0.5", true, true, false), ("127.7.0.6", true, true, false),
        ])
        {
            await using SeedClient client = await _world.ConnectAsync(from, hello: null);
            string offer = await client.SayAsync("EHLO client.example");
            Assert.Equal(isOffered, offer.Contains("AUTH ", StringComparison.Ordinal));
            Assert.Equal(servesEtrn, offer.Contains("ETRN", StringComparison.Ordinal));
            string mail = await client.SayAsync("MAIL FROM:<a@b.example>");
            Assert.Equal(isDenied ? Denied : "250 2.1.0 <a@b.example>... Sender ok", mail);
        }
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();
}
