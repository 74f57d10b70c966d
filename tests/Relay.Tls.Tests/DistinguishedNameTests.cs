using System.Security.Cryptography.X509Certificates;

namespace Relay.Tls.Tests;

/// <summary>Sendmail: cf/README, STARTTLS, "certificate subjects and issuers in the access map".</summary>
public class DistinguishedNameTests
{
    [Fact]
    public void A_name_is_printed_in_the_certificates_order_with_slashes() => Assert.Equal(
        "/C=US/ST=California/O=endmail.org/CN=mail.example.org",
        DistinguishedName.Write(new X500DistinguishedName(
            "C=US, ST=California, O=endmail.org, CN=mail.example.org", X500DistinguishedNameFlags.None)));

    [Fact]
    public void Blanks_brackets_quotes_and_plus_are_hexadecimal_behind_a_plus() => Assert.Equal(
        "/CN=Darth+20Mail+20+28Cert+29/emailAddress=darth+2Bcert@endmail.org",
        DistinguishedName.Write(new X500DistinguishedName(
            "CN=Darth Mail (Cert), E=\"darth+cert@endmail.org\"", X500DistinguishedNameFlags.None)));

    [Fact]
    public void The_common_name_alone_is_encoded_likewise()
    {
        var name = new X500DistinguishedName("O=Example, CN=\"a <b>\"", X500DistinguishedNameFlags.None);
        Assert.Equal("a+20+3Cb+3E", DistinguishedName.CommonName(name));
        Assert.Equal(string.Empty, DistinguishedName.CommonName(new X500DistinguishedName("O=Example")));
    }
}
