using Relay.Tables.Access;
using static Relay.Tables.Tests.TestTables;

namespace Relay.Tables.Tests.Access;

public sealed class AccessValueTests
{
    [Theory]
    [InlineData("OK", AccessValueKind.Ok)]
    [InlineData("RELAY", AccessValueKind.Relay)]
    [InlineData("reject", AccessValueKind.Reject)]
    [InlineData("DISCARD", AccessValueKind.Discard)]
    [InlineData("SKIP", AccessValueKind.Skip)]
    public void Keyword_in_any_case_is_what_it_says(string value, AccessValueKind kind)
    {
        Assert.Equal(new AccessValue(kind), Parse(AccessTag.None, value));
    }

    [Fact]
    public void Quarantine_carries_its_reason()
    {
        AccessValue value = Parse(AccessTag.Connect, "QUARANTINE: looks like spam ");

        Assert.Equal(AccessValueKind.Quarantine, value.Kind);
        Assert.Equal("looks like spam", Show(value.Text));
    }

    [Theory]
    [InlineData("ERROR:550 No spam", 550, "5.0.0", "No spam")]
    [InlineData("ERROR:\"550 No spam\"", 550, "5.0.0", "No spam")]
    [InlineData("ERROR:5.7.1:550 No  spam, thanks", 550, "5.7.1", "No  spam, thanks")]
    [InlineData("ERROR:5.7.1:\"550 No spam\"", 550, "5.7.1", "No spam")]
    [InlineData("ERROR:4.2.1:450 Later", 450, "4.2.1", "Later")]
    [InlineData("error:450 Later", 450, "4.0.0", "Later")]
    [InlineData("550 We don't accept mail from spammers", 550, "5.0.0", "We don't accept mail from spammers")]
    [InlineData("550 5.7.1 With a status", 550, "5.7.1", "With a status")]
    [InlineData("421 4.3.2 Closed", 421, "4.3.2", "Closed")]
    public void Error_forms_give_code_status_and_text_verbatim(string text, int code, string status, string words)
    {
        AccessValue value = Parse(AccessTag.Connect, text);

        Assert.Equal(AccessValueKind.Error, value.Kind);
        Assert.Equal((code, status, words, true), Flat(value.Reply));
    }

    [Theory]
    [InlineData("Go away spammer", "5.3.0", "Go away spammer")]
    [InlineData("ERROR:Go away", "5.3.0", "Go away")]
    [InlineData("ERROR:5.7.0:Go away", "5.7.0", "Go away")]
    public void Text_without_a_code_refuses_with_553_and_a_warning(string text, string status, string words)
    {
        AccessValue value = Parse(AccessTag.From, text, out string? warning, out _);

        Assert.Equal((553, status, words, false), Flat(value.Reply));
        Assert.Equal("the text has no reply code: it refuses with 553", warning);
    }

    [Fact]
    public void Status_that_contradicts_the_code_is_kept_with_a_warning()
    {
        AccessValue value = Parse(AccessTag.From, "ERROR:5.7.1:450 Later", out string? warning, out _);

        Assert.Equal((450, "5.7.1", "Later", true), Flat(value.Reply));
        Assert.Equal("the reply code 450 and the status 5.7.1 differ in kind", warning);
    }

    [Theory]
    [InlineData("RELAY RELAY", AccessValueKind.Relay)]
    [InlineData("OK\tok  OK", AccessValueKind.Ok)]
    public void Keyword_repeated_is_that_keyword_with_a_warning(string text, AccessValueKind kind)
    {
        Assert.Equal(kind, Parse(AccessTag.None, text, out string? warning, out _).Kind);
        Assert.Equal($"\"{text}\" is taken as the one keyword that it repeats", warning);
    }

    [Theory]
    [InlineData("ACCEPT", "unknown value \"ACCEPT\" (the word for accepting is OK); expected OK, RELAY, ")]
    [InlineData("yes", "unknown value \"yes\"; expected OK, RELAY, ")]
    [InlineData("RELAY REJECT", "unknown value \"RELAY REJECT\"; expected ")]
    [InlineData("OK # our partner", "unknown value \"OK # our partner\"; expected ")]
    [InlineData("FRIEND", "unknown value \"FRIEND\"; expected ")]
    [InlineData("ERROR:", "\"ERROR:\" has no text behind the colon")]
    [InlineData("ERROR:250 fine", "the reply code 250 does not refuse; expected 400 to 599")]
    [InlineData("354 go on", "the reply code 354 does not refuse; expected 400 to 599")]
    [InlineData("QUARANTINE:", "QUARANTINE: has no reason behind it")]
    public void Unknown_word_or_unusable_form_is_an_error(string text, string expected)
    {
        Assert.False(AccessValue.TryParse(AccessTag.Connect, Octets(text), out _, out _, out string error));
        Assert.StartsWith(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Spam_tag_has_friend_and_hater()
    {
        Assert.Equal(AccessValueKind.Friend, Parse(AccessTag.Spam, "FRIEND").Kind);
        Assert.Equal(AccessValueKind.Hater, Parse(AccessTag.Spam, "hater").Kind);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("5000", 5000)]
    public void Greet_pause_and_client_limits_are_numbers(string text, long number)
    {
        foreach (AccessTag tag in (AccessTag[])[AccessTag.GreetPause, AccessTag.ClientRate, AccessTag.ClientConn])
        {
            Assert.Equal((AccessValueKind.Number, number), (Parse(tag, text).Kind, Parse(tag, text).Number));
        }
    }

    [Theory]
    [InlineData("5s")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("OK")]
    [InlineData("99999999999999999999")]
    public void What_is_no_number_is_an_error_where_one_is_expected(string text)
    {
        Assert.False(AccessValue.TryParse(AccessTag.ClientRate, Octets(text), out _, out _, out string error));
        Assert.Equal($"\"{text}\" is not a number of 0 or more", error);
    }

    [Theory]
    [InlineData(AccessTag.TlsSrv, "VERIFY:112")]
    [InlineData(AccessTag.AuthInfo, "\"U:user\" \"P:pass word\"")]
    [InlineData(AccessTag.SrvFeatures, "l")]
    [InlineData(AccessTag.TryTls, "NO")]
    public void Other_tags_keep_their_value_as_it_stands(AccessTag tag, string text)
    {
        AccessValue value = Parse(tag, text);

        Assert.Equal((AccessValueKind.Raw, text), (value.Kind, Show(value.Text)));
    }

    [Fact]
    public void Certificate_issuer_may_relay_or_let_the_subject_decide()
    {
        Assert.Equal(AccessValueKind.Relay, Parse(AccessTag.CertIssuer, "RELAY").Kind);
        Assert.Equal(AccessValueKind.Subject, Parse(AccessTag.CertIssuer, "SUBJECT").Kind);
    }

    private static AccessValue Parse(AccessTag tag, string text)
    {
        AccessValue value = Parse(tag, text, out string? warning, out string error);
        Assert.Null(warning);
        Assert.Empty(error);
        return value;
    }

    private static AccessValue Parse(AccessTag tag, string text, out string? warning, out string error)
    {
        Assert.True(AccessValue.TryParse(tag, Octets(text), out AccessValue value, out warning, out error), error);
        return value;
    }

    private static (int Code, string Status, string Text, bool HasCode) Flat(TableReply reply) =>
        (reply.Code, Show(reply.Status), Show(reply.Text), reply.HasCode);
}
