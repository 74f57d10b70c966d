using FsCheck;
using FsCheck.Fluent;
using Relay.Sasl.Client;
using Relay.Sasl.Server;
using static Relay.Sasl.Tests.Words;

namespace Relay.Sasl.Tests;

/// <summary>Whatever the other side says: nothing throws, and nobody is let in; a failure prints its seed.</summary>
public sealed class SaslFuzzTests
{
    private static readonly ScramKeys Keys = ScramKeys.Derive("pencil"u8, [1, 2, 3, 4], 4096);

    [Fact]
    public void No_server_throws_or_accepts_at_random_messages() => ForAll("n,=ra*p\0cvsi2D y", 20_000, static messages =>
    {
        SaslServer[] servers = [new PlainServer(), new LoginServer(), new ScramServer(static _ => Keys)];
        foreach (SaslServer server in servers)
        {
            SaslServerState state = SaslServerState.Challenge;
            foreach (byte[] message in messages)
            {
                state = state == SaslServerState.Challenge ? server.Next(message, isThere: true) : state;
            }

            Assert.NotEqual(SaslServerState.Accepted, state);
        }
    });

    [Fact]
    public void A_mutated_final_message_is_never_accepted() => ForAll("abc=,+/pr0", 500, static edits =>
    {
        var server = new ScramServer(static _ => Keys);
        var client = new ScramClient(new SaslSecret("user", Octets("pencil")));
        server.Next(client.InitialResponse, isThere: true);
        client.TryAnswer(server.Challenge, out byte[] final);
        byte[] changed = [.. final];
        foreach (byte[] edit in edits.Where(static e => e.Length > 1))
        {
            changed[edit[0] % changed.Length] = edit[1];
        }

        SaslServerState state = server.Next(changed, isThere: true);
        Assert.Equal(changed.AsSpan().SequenceEqual(final), state == SaslServerState.Challenge);
    });

    [Fact]
    public void No_client_throws_at_random_challenges() => ForAll("r=,si4096vea==", 5_000, static challenges =>
    {
        foreach (SaslMechanisms mechanism in MechanismNames.ByStrength)
        {
            SaslClient client = SaslClient.Create(mechanism, new SaslSecret("u", [1]), "h", 25);
            foreach (byte[] challenge in challenges)
            {
                if (!client.TryAnswer(challenge, out _))
                {
                    break;
                }
            }

            Assert.Equal(mechanism != SaslMechanisms.ScramSha256, client.IsComplete);
        }
    });

    private static void ForAll(string likelyOctets, int cases, Action<byte[][]> property)
    {
        Gen<byte> octet = Gen.Frequency(
            (8, Gen.Elements(Octets(likelyOctets))),
            (1, Gen.Choose(0, 255).Select(static value => (byte)value)));
        Gen<byte[][]> messages = Gen.Choose(0, 40).SelectMany(length => octet.ArrayOf(length)).ArrayOf(4);
        Prop.ForAll(messages.ToArbitrary(), property).Check(Config.QuickThrowOnFailure.WithMaxTest(cases));
    }
}
