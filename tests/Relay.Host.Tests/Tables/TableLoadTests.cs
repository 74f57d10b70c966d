using Relay.Host.Tables;

namespace Relay.Host.Tests.Tables;

/// <summary>A table with an error is refused as a whole, and every error is named with its line.</summary>
public class TableLoadTests
{
    [Fact]
    public void Missing_files_are_empty_tables()
    {
        using var folder = new TableFolder();
        TableSet tables = folder.Load();
        Assert.Equal(0, tables.Permissions.Count);
        Assert.Equal(0, tables.Routes.Count);
    }

    [Fact]
    public void A_missing_directory_is_an_error()
    {
        var errors = new List<TableError>();
        TableSet.Load(new TableOptions { Directory = "/nonexistent/tables", HostName = "relay.example" }, errors);
        Assert.Contains("does not exist", Assert.Single(errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Comments_empty_lines_and_both_line_ends_are_taken()
    {
        using TableFolder folder = new TableFolder()
            .With("access", "# c\r\n\r\nTo:a.example RELAY\r\n#To:b.example x\n")
            .With("mailertable", "\n# c\na.example\tsmtp:[192.0.2.1]\n")
            .With("relay-domains", "# c\n  a.example b.example\n\n");
        Assert.Equal(3, folder.Load().Permissions.Count + folder.Load().Routes.Count);
    }

    [Theory]
    [InlineData("To:a.example REJECT", "access:1: unknown value \"REJECT\": this version knows RELAY only")]
    [InlineData("To:a.example OK", "access:1: unknown value \"OK\"")]
    [InlineData("To:a.example RELAY RELAY", "access:1: unknown value \"RELAY RELAY\"")]
    [InlineData("To:a.example", "access:1: no value for the key \"to:a.example\"")]
    [InlineData(" To:a.example RELAY", "access:1: a line may not begin with white space")]
    [InlineData("From:a.example RELAY", "access:1: \"from:a.example\": unknown tag \"from:\"")]
    [InlineData("To:a@b.example RELAY", "is given to a domain or an address prefix, not to a mailbox")]
    [InlineData("To:1.2.3 RELAY", "access:1: \"to:1.2.3\" is neither To: with a domain")]
    [InlineData("192.168.2. RELAY", "(without a dot at its end)")]
    [InlineData("192.168.2.0/24 RELAY", "not with a mask")]
    [InlineData("256.1 RELAY", "is not an IPv4 address")]
    [InlineData("1.2.3.4.5 RELAY", "is not an IPv4 address")]
    [InlineData("192.168.02 RELAY", "is not an IPv4 address")]
    [InlineData("2001:db8::1 RELAY", "is written with IPv6: before it")]
    [InlineData("IPv6:2001:db8:xyz RELAY", "is not an IPv6 address")]
    [InlineData("IPv6:12345 RELAY", "is not an IPv6 address")]
    [InlineData("IPv6: RELAY", "is not an IPv6 address")]
    [InlineData("IPv6:fe80::1%eth0 RELAY", "is not an IPv6 address")]
    [InlineData("-bad.example RELAY", "is neither To: with a domain")]
    [InlineData("bad..example RELAY", "is neither To: with a domain")]
    [InlineData(
        "To:a.example RELAY\nTo:A.example RELAY", "access:2: duplicate key \"to:a.example\", first given in line 1")]
    public void Access_names_what_is_wrong(string content, string expected)
    {
        using TableFolder folder = new TableFolder().With("access", content);
        Assert.Contains(expected, Assert.Single(folder.Errors()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.example smtp:mx.example", "write [mx.example]")]
    [InlineData("a.example mx.example", "write [mx.example]")]
    [InlineData("a.example local:fred", "mailertable:1: unknown mailer \"local\"")]
    [InlineData("a.example error:5.1.1:550 no", "unknown mailer \"error\"")]
    [InlineData("a.example smtp:[192.0.2.256]", "\"192.0.2.256\" is neither a host name nor an IP address")]
    [InlineData("a.example smtp:[192.0.2]", "neither a host name nor an IP address")]
    [InlineData("a.example smtp:[]", "neither a host name nor an IP address")]
    [InlineData("a.example smtp:[x y]", "neither a host name nor an IP address")]
    [InlineData("a.example smtp:[192.0.2.1]:0", "is not a port")]
    [InlineData("a.example smtp:[192.0.2.1]:65536", "is not a port")]
    [InlineData("a.example smtp:[192.0.2.1]25", "is not a port")]
    [InlineData("a.example smtp:[192.0.2.1]:25:26", "is not a port")]
    [InlineData("a.example smtp:[192.0.2.1", "is not a host in brackets")]
    [InlineData("a.example smtp:", "is not a host in brackets")]
    [InlineData("a.example smtp:unix:/run/x", "is not a host in brackets")]
    [InlineData("a.example lmtp:unix:run/x", "is not an absolute path")]
    [InlineData("..example smtp:[192.0.2.1]", "is not a domain")]
    [InlineData("a@b.example smtp:[192.0.2.1]", "is not a domain")]
    [InlineData("a.example smtp:[192.0.2.1]\na.example smtp:[192.0.2.1]", "mailertable:2: duplicate key")]
    public void Mailertable_names_what_is_wrong(string content, string expected)
    {
        using TableFolder folder = new TableFolder().With("mailertable", content);
        string error = folder.Errors()[0];
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_of_all_tables_are_reported_at_once()
    {
        using TableFolder folder = new TableFolder()
            .With("relay-domains", "good.example\nbad..example 300.1\n")
            .With("access", "x NO\ny NO\n")
            .With("mailertable", "a b:c\n");
        string[] errors = folder.Errors();
        Assert.Equal(5, errors.Length);
        Assert.StartsWith("relay-domains:2: \"bad..example\"", errors[0], StringComparison.Ordinal);
        Assert.StartsWith("relay-domains:2: \"300.1\"", errors[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_that_is_not_text_is_refused()
    {
        using var folder = new TableFolder();
        File.WriteAllBytes(Path.Combine(folder.Root, "access"), [0xff, 0xfe, 0x00]);
        Assert.Equal("access: is not UTF-8 text", Assert.Single(folder.Errors()));
    }
}
