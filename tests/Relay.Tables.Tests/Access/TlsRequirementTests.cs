using Relay.Tables.Access;
using static Relay.Tables.Tests.TestTables;

namespace Relay.Tables.Tests.Access;

/// <summary>
/// Values of TLS_Srv, TLS_Clt and TLS_Rcpt (Sendmail: cf/README, "STARTTLS", "Allowing connections").
/// </summary>
public sealed class TlsRequirementTests
{
    [Theory]
    [InlineData("VERIFY", 454, true, 0)]
    [InlineData("verify", 454, true, 0)]
    [InlineData("VERIFY:128", 454, true, 128)]
    [InlineData("ENCR:112", 454, false, 112)]
    [InlineData("PERM+ENCR:256", 503, false, 256)]
    [InlineData("PERM+VERIFY", 503, true, 0)]
    [InlineData("TEMP+VERIFY:256", 403, true, 256)]
    public void Verify_and_encr_with_bits_and_the_kind_of_failure(string text, int code, bool verify, int bits) =>
        Assert.Equal(new TlsRequirement((ushort)code, verify, bits), Parse(text));

    [Fact]
    public void Extensions_follow_a_plus_and_are_separated_by_two()
    {
        Assert.Equal(
            new TlsRequirement(454, true, 112, "mx.example.org", "/O=A/CN=B", "/CN=Root", "MyCA"),
            Parse("VERIFY:112+CN:mx.example.org++CS:/O=A/CN=B++CI:/CN=Root++CITag:MyCA"));
        Assert.Equal(new TlsRequirement(454, true, 0, CommonName: string.Empty), Parse("VERIFY+CN"));
    }

    [Fact]
    public void OK_asks_for_nothing()
    {
        Assert.True(TlsRequirement.TryParse("OK"u8, out TlsRequirement? requirement));
        Assert.Null(requirement);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ENCR")]
    [InlineData("ENCR:")]
    [InlineData("ENCR:many")]
    [InlineData("ENCR:-1")]
    [InlineData("VERIFYING")]
    [InlineData("VERIFY:9999999999")]
    [InlineData("PERM+")]
    [InlineData("VERIFY+CS")]
    [InlineData("VERIFY+CN++")]
    [InlineData("VERIFY+XY:z")]
    [InlineData("REJECT")]
    public void Anything_else_is_an_error_that_says_what_is_expected(string text)
    {
        Assert.False(TlsRequirement.TryParse(Octets(text), out _));
        if (text.Length > 0)
        {
            AccessOf($"TLS_Srv:mx.example.org {text}\n", out IReadOnlyList<TableProblem> problems);
            Assert.Contains("expected VERIFY", Only(problems), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Issuers_behind_a_tag_of_ones_own_are_no_mistake()
    {
        AccessTable access = AccessOf("MyCA:/O=Relay/CN=Root OK\n");
        LookupResult result = access.FindExact(AccessTag.None, "myca:/o=relay/CN=Root"u8, out AccessHit hit);
        Assert.Equal((LookupResult.Found, AccessValueKind.Ok), (result, hit.Value.Kind));
    }

    [Fact]
    public void A_tag_without_entries_is_known_not_to_have_any()
    {
        AccessTable access = AccessOf("TLS_Rcpt:example.org ENCR:112\n");
        Assert.True(access.Has(AccessTag.TlsRcpt));
        Assert.False(access.Has(AccessTag.TlsSrv));
    }

    private static TlsRequirement? Parse(string text) =>
        TlsRequirement.TryParse(Octets(text), out TlsRequirement? requirement)
            ? requirement
            : throw new FormatException(text);
}
