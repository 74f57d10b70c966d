using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Relay.Server.Authentication;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Authentication;

/// <summary>
/// Whatever is said to AUTH: the session answers or closes, and nobody is let in; a failure prints its seed.
/// </summary>
public sealed class AuthFuzzTests
{
    [Fact]
    public void Random_exchanges_end_in_replies_and_never_in_a_yes()
    {
        string[] words =
        [
            "AUTH PLAIN\r\n", "AUTH LOGIN\r\n", "AUTH SCRAM-SHA-256\r\n", "AUTH PLAIN =\r\n", "*\r\n", "=\r\n", "\r\n",
            "AUTH SCRAM-SHA-256 biwsbj10aW0scj1hYmM=\r\n", "AUTH LOGIN dGlt\r\n", "AHRpbQB3cm9uZw==\r\n", "EHLO x.example\r\n",
            "AUTH ", "PLAIN ", "dGlt", "AAAA", "\r", "\n", " ", "Yz1iaXdzLHI9YWJjLHA9\r\n", "\0", "\u00ff",
        ];
        Gen<string> said = Gen.Elements(words).ArrayOf(12).Select(static parts => string.Concat(parts));
        Prop.ForAll(said.ToArbitrary(), static text =>
        {
            using var world = new AuthWorld(
                new AuthenticationOptions { FailuresPerAddressMax = 0, FailuresPerUserMax = 0 });
            TestClient client = world.Connect();
            string heard = client.Say(text);
            foreach (string line in heard.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
            {
                Assert.Matches("^[2-5][0-9][0-9][ -]", line);
                Assert.DoesNotContain("235 ", line, StringComparison.Ordinal);
            }

            Assert.Null(world.Fixture.Policy.Client!.AuthenticatedIdentity);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void An_exchange_does_not_depend_on_how_it_is_cut(int piece)
    {
        using var world = new AuthWorld();
        TestClient client = world.Connect();
        var heard = new StringBuilder();
        string said = $"AUTH LOGIN\r\n{AuthWorld.Base64("tim")}\r\n{AuthWorld.Base64("secret")}\r\nNOOP\r\n";
        for (int at = 0; at < said.Length; at += piece)
        {
            heard.Append(client.Say(said.Substring(at, Math.Min(piece, said.Length - at))));
        }

        Assert.Equal(
            "334 VXNlcm5hbWU6\r\n334 UGFzc3dvcmQ6\r\n235 2.0.0 OK Authenticated\r\n250 2.0.0 OK\r\n", heard.ToString());
    }
}
