using Relay.Sasl.Client;
using Relay.Sasl.Server;
using static Relay.Sasl.Tests.Words;

namespace Relay.Sasl.Tests;

public sealed class MechanismTests
{
    private static readonly SaslSecret Tim = new("tim", Octets("tanstaaftanstaaf"));

    [Fact]
    public void Cram_md5_answers_as_rfc_2195_shows()
    {
        SaslClient client = SaslClient.Create(SaslMechanisms.CramMd5, Tim, "postoffice.reston.mci.net", 25);

        Assert.Null(client.InitialResponse);
        Assert.True(client.TryAnswer("<1896.697170952@postoffice.reston.mci.net>"u8, out byte[] answer));
        Assert.Equal("tim b913a602c7eda7a495b4e6e7334d3890", Text(answer));
        Assert.False(client.TryAnswer("<again>"u8, out _));
    }

    [Fact]
    public void Plain_sends_both_identities_and_the_password_as_rfc_4616_shows()
    {
        Assert.Equal("\0tim\0tanstaaftanstaaf", Text(Initial(SaslMechanisms.Plain, Tim)));
        Assert.Equal(
            "Ursel\0Kurt\0xipj3plmq", Text(Initial(SaslMechanisms.Plain, new SaslSecret("Kurt", Octets("xipj3plmq"), "Ursel"))));
    }

    [Fact]
    public void Login_answers_the_first_question_with_the_name_and_the_second_with_the_password()
    {
        SaslClient client = SaslClient.Create(SaslMechanisms.Login, Tim, "h", 25);

        Assert.True(client.TryAnswer("Username:"u8, out byte[] name));
        Assert.True(client.TryAnswer("Password:"u8, out byte[] password));
        Assert.Equal(("tim", "tanstaaftanstaaf"), (Text(name), Text(password)));
        Assert.False(client.TryAnswer("And?"u8, out _));
    }

    [Fact]
    public void Bearer_tokens_go_as_rfc_7628_and_xoauth2_have_them()
    {
        var secret = new SaslSecret("user@example.com", Octets("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="));

        Assert.Equal(
            "n,a=user@example.com,\u0001host=server.example.com\u0001port=143\u0001auth=Bearer "
                + "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\u0001\u0001",
            Text(SaslClient.Create(SaslMechanisms.OAuthBearer, secret, "server.example.com", 143).InitialResponse!));
        Assert.Equal(
            "user=user@example.com\u0001auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\u0001\u0001",
            Text(Initial(SaslMechanisms.XOAuth2, secret)));
    }

    [Theory]
    [InlineData(SaslMechanisms.XOAuth2, "")]
    [InlineData(SaslMechanisms.OAuthBearer, "\u0001")]
    public void An_error_of_a_bearer_mechanism_is_answered_and_kept(SaslMechanisms mechanism, string answered)
    {
        SaslClient client = SaslClient.Create(mechanism, Tim, "h", 25);

        Assert.True(client.TryAnswer("""{"status":"invalid_token"}"""u8, out byte[] answer));
        Assert.Equal(answered, Text(answer));
        Assert.Contains("invalid_token", client.ServerError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\0tim\0secret", SaslServerState.Check)]
    [InlineData("tim\0tim\0secret", SaslServerState.Check)]
    [InlineData("other\0tim\0secret", SaslServerState.Refused)]
    [InlineData("tim\0secret", SaslServerState.Malformed)]
    [InlineData("\0\0secret", SaslServerState.Malformed)]
    [InlineData("\0tim\0", SaslServerState.Malformed)]
    [InlineData("\0tim\0a\0b", SaslServerState.Malformed)]
    [InlineData("", SaslServerState.Malformed)]
    public void The_plain_server_takes_one_message_and_nobody_acts_for_somebody_else(string message, SaslServerState state)
    {
        var server = new PlainServer();
        Assert.Equal(SaslServerState.Challenge, server.Next([], isThere: false));
        Assert.Empty(server.Challenge);
        Assert.Equal(state, server.Next(Octets(message), isThere: true));
    }

    [Fact]
    public void The_login_server_asks_for_name_and_password_or_takes_the_name_with_the_command()
    {
        var asking = new LoginServer();
        asking.Next([], isThere: false);
        Assert.Equal("Username:", Text(asking.Challenge));
        asking.Next("tim"u8, isThere: true);
        Assert.Equal("Password:", Text(asking.Challenge));
        Assert.Equal(SaslServerState.Check, asking.Next("secret"u8, isThere: true));
        Assert.Equal(("tim", "secret"), (Text(asking.Identity), Text(asking.Password)));

        var given = new LoginServer();
        given.Next("tim"u8, isThere: true);
        Assert.Equal("Password:", Text(given.Challenge));
    }

    [Theory]
    [InlineData("", SaslServerState.Accepted)]
    [InlineData("tim", SaslServerState.Accepted)]
    [InlineData("tom", SaslServerState.Refused)]
    public void External_proves_the_certificates_name_and_no_other(string wanted, SaslServerState state) =>
        Assert.Equal(state, new ExternalServer(Octets("tim")).Next(Octets(wanted), isThere: true));

    [Fact]
    public void Names_are_read_in_any_case_and_written_with_the_strongest_first()
    {
        Assert.Equal(
            SaslMechanisms.Plain | SaslMechanisms.ScramSha256,
            MechanismNames.ParseList("plain NTLM  Scram-Sha-256"u8));
        Assert.Equal(
            "EXTERNAL OAUTHBEARER XOAUTH2 SCRAM-SHA-256 CRAM-MD5 PLAIN LOGIN", MechanismNames.Write(SaslMechanisms.All));
        Assert.All(MechanismNames.ByStrength, m => Assert.Equal(m, MechanismNames.Parse(Octets(MechanismNames.Of(m)))));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("YQ==", true)]
    [InlineData("YQ=", false)]
    [InlineData("YQ", false)]
    [InlineData("YQ==YQ==", false)]
    [InlineData("Y Q=", false)]
    [InlineData("YQ\t=", false)]
    [InlineData("*", false)]
    [InlineData("====", false)]
    public void Base64_is_taken_with_its_padding_and_without_white_space_only(string line, bool isValid) =>
        Assert.Equal(isValid, Base64Line.TryDecode(Octets(line), out _));

    [Theory]
    [InlineData("pa ss", "pa ss")]
    [InlineData("pa\u00A0ss", "pa ss")]
    [InlineData("pa\u00ADss", "pass")]
    [InlineData("p\u00E4ss", "p\u00E4ss")]
    [InlineData("pa\nss", null)]
    [InlineData("pa\u0085ss", null)]
    [InlineData("", null)]
    public void Names_and_passwords_are_prepared_before_they_are_compared(string text, string? prepared)
    {
        Assert.Equal(prepared is not null, PreparedText.TryPrepare(Octets(text), out byte[] octets));
        Assert.Equal(prepared ?? string.Empty, Text(octets));
    }

    [Fact]
    public void A_secret_does_not_show_as_text() =>
        Assert.DoesNotContain("tanstaaf", $"{Tim}", StringComparison.Ordinal);

    [Fact]
    public void Keys_match_their_password_only()
    {
        ScramKeys keys = ScramKeys.Derive("secret"u8, [1, 2, 3], 4096);

        Assert.True(keys.Matches("secret"u8));
        Assert.False(keys.Matches("Secret"u8));
    }

    private static byte[] Initial(SaslMechanisms mechanism, SaslSecret secret) =>
        SaslClient.Create(mechanism, secret, "h", 25).InitialResponse!;
}
