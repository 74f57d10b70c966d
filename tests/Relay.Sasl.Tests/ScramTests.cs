using Relay.Sasl.Client;
using Relay.Sasl.Server;
using static Relay.Sasl.Tests.Words;

namespace Relay.Sasl.Tests;

/// <summary>RFC 7677 §3 is one whole exchange, octet by octet.</summary>
public sealed class ScramTests
{
    private const string ClientNonce = "rOprNGfwEbeRWgbNEkqO";
    private const string ServerNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private const string ClientFirst = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";

    private const string ServerFirst =
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    private const string ClientFinal =
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

    private const string ServerFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    private static readonly ScramKeys Keys =
        ScramKeys.Derive("pencil"u8, Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);

    [Fact]
    public void The_client_says_what_the_rfc_shows()
    {
        var client = new ScramClient(new SaslSecret("user", Octets("pencil")), ClientNonce);

        Assert.Equal(ClientFirst, Text(client.InitialResponse));
        Assert.True(client.TryAnswer(Octets(ServerFirst), out byte[] final));
        Assert.Equal(ClientFinal, Text(final));
        Assert.False(client.IsComplete, "a yes before the server's proof is no proof");
        Assert.True(client.TryAnswer(Octets(ServerFinal), out byte[] last));
        Assert.Empty(last);
        Assert.True(client.IsComplete);
    }

    [Fact]
    public void The_server_says_what_the_rfc_shows()
    {
        ScramServer server = Server();

        Assert.Equal(SaslServerState.Challenge, server.Next(Octets(ClientFirst), isThere: true));
        Assert.Equal(ServerFirst, Text(server.Challenge));
        Assert.Equal("user", Text(server.Identity));
        Assert.Equal(SaslServerState.Challenge, server.Next(Octets(ClientFinal), isThere: true));
        Assert.Equal(ServerFinal, Text(server.Challenge));
        Assert.Equal(SaslServerState.Accepted, server.Next([], isThere: true));
    }

    [Fact]
    public void A_replayed_answer_is_refused_since_the_nonce_is_another_one()
    {
        var server = new ScramServer(static _ => Keys);
        server.Next(Octets(ClientFirst), isThere: true);

        Assert.Equal(SaslServerState.Refused, server.Next(Octets(ClientFinal), isThere: true));
        Assert.Equal(SaslServerState.Refused, server.Next([], isThere: true));
    }

    [Theory]
    [InlineData("p=tls-unique,,n=user,r=abc")]
    [InlineData("n,,m=ext,n=user,r=abc")]
    [InlineData("n,,n=user")]
    [InlineData("n,,n=user,r=")]
    [InlineData("n,,n=us=er,r=abc")]
    [InlineData("n,,r=abc,n=user")]
    [InlineData("n,,n=,r=abc")]
    [InlineData("")]
    [InlineData("x")]
    public void A_first_message_out_of_grammar_or_with_channel_binding_is_malformed(string message) =>
        Assert.Equal(SaslServerState.Malformed, Server().Next(Octets(message), isThere: true));

    [Theory]
    [InlineData("n,a=user,n=user,r=abc", SaslServerState.Challenge)]
    [InlineData("y,,n=user,r=abc", SaslServerState.Challenge)]
    [InlineData("n,a=other,n=user,r=abc", SaslServerState.Refused)]
    public void Nobody_acts_for_somebody_else(string message, SaslServerState state) =>
        Assert.Equal(state, Server().Next(Octets(message), isThere: true));

    [Fact]
    public void Commas_and_equals_signs_in_names_are_escaped()
    {
        var client = new ScramClient(new SaslSecret("a,b=c", [1]), "x");
        Assert.Equal("n,,n=a=2Cb=3Dc,r=x", Text(client.InitialResponse));
        ScramServer server = Server();
        server.Next(client.InitialResponse, isThere: true);
        Assert.Equal("a,b=c", Text(server.Identity));
    }

    [Theory]
    [InlineData("r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2147483647")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=?,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,i=4096")]
    public void The_client_cancels_when_a_challenge_has_another_nonce_or_absurd_iterations(string challenge)
    {
        var client = new ScramClient(new SaslSecret("user", Octets("pencil")), ClientNonce);

        Assert.False(client.TryAnswer(Octets(challenge), out _));
    }

    [Fact]
    public void The_client_cancels_when_the_server_cannot_prove_that_it_knows_the_password()
    {
        var client = new ScramClient(new SaslSecret("user", Octets("pencil")), ClientNonce);
        client.TryAnswer(Octets(ServerFirst), out _);

        Assert.False(client.TryAnswer("v=AAAA"u8, out _));
        Assert.False(client.IsComplete);
    }

    [Fact]
    public void A_wrong_password_is_refused()
    {
        ScramServer server = Server();
        server.Next(Octets(ClientFirst), isThere: true);
        var client = new ScramClient(new SaslSecret("user", Octets("crayon")), ClientNonce);
        client.TryAnswer(server.Challenge, out byte[] final);

        Assert.Equal(SaslServerState.Refused, server.Next(final, isThere: true));
    }

    [Fact]
    public void An_unknown_user_is_asked_as_a_known_one_with_the_same_salt_each_time_and_refused()
    {
        byte[] secret = [1, 2, 3];
        string first = Decoy(out _);
        Assert.Equal(first[first.IndexOf(",s=", StringComparison.Ordinal)..], Decoy(out ScramServer server)[
            first.IndexOf(",s=", StringComparison.Ordinal)..]);
        var client = new ScramClient(new SaslSecret("nobody", Octets("pencil")), ClientNonce);
        client.TryAnswer(server.Challenge, out byte[] final);
        Assert.Equal(SaslServerState.Refused, server.Next(final, isThere: true));

        string Decoy(out ScramServer server)
        {
            server = new ScramServer(name => ScramKeys.Decoy(secret, name, 4096, 16), ServerNonce);
            server.Next(Octets($"n,,n=nobody,r={ClientNonce}"), isThere: true);
            return Text(server.Challenge);
        }
    }

    private static ScramServer Server() => new(static _ => Keys, ServerNonce);
}
