using System.Net;
using System.Text;
using Relay.Tables.Access;
using Relay.Tables.Authentication;
using Relay.Tables.Loading;

namespace Relay.Tables.Tests.Authentication;

/// <summary>Sendmail: cf/README, "SMTP AUTHENTICATION"; the file of users is our own.</summary>
public sealed class SecretTablesTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public void Exactly_three_keys_are_looked_up_name_then_address_then_default()
    {
        AuthInfoTable table = Load("""
            AuthInfo:smtp.example.com "U:name" "P:x"
            AuthInfo:192.0.2.1 "U:address" "P:x"
            AuthInfo:IPv6:2001:db8::1 "U:address6" "P:x"
            AuthInfo: "U:default" "P:x"
            """).AuthInfo;
        var address = IPAddress.Parse("192.0.2.1");
        Assert.Equal("name", table.Find("SMTP.example.com", address)!.AuthId);
        Assert.Equal("address", table.Find("other.example.com", address)!.AuthId);
        Assert.Equal("address6", table.Find("other.example.com", IPAddress.Parse("2001:db8::1"))!.AuthId);
        Assert.Equal("default", table.Find("sub.smtp.example.com", IPAddress.Parse("192.0.2.2"))!.AuthId);
        Assert.Equal("default", table.Find(string.Empty, null)!.AuthId);
    }

    [Fact]
    public void The_default_can_be_left_out()
    {
        AuthInfoTable table = Load("AuthInfo: \"U:a\" \"P:x\"\nAuthInfo:192.0.2.1 \"U:b\" \"P:x\"\n").AuthInfo;
        Assert.Null(table.Find("smtp.example.com", IPAddress.Parse("192.0.2.2"), withDefault: false));
        Assert.Equal("b", table.Find("smtp.example.com", IPAddress.Parse("192.0.2.1"), withDefault: false)!.AuthId);
    }

    [Fact]
    public void Without_a_default_a_parent_domain_and_a_network_are_no_hit()
    {
        AuthInfoTable table = Load("AuthInfo:example.com \"U:a\" \"P:x\"\nAuthInfo:192.0.2 \"U:b\" \"P:x\"\n").AuthInfo;
        Assert.Null(table.Find("smtp.example.com", IPAddress.Parse("192.0.2.1")));
    }

    [Theory]
    [InlineData("\"U:user\" \"I:id\" \"P:secret\" \"R:realm\" \"M:PLAIN LOGIN\"", "user id secret realm PLAIN LOGIN")]
    [InlineData("\"U:user\" \"P:se cret\"", "user user se cret  ")]
    [InlineData("\"I:id\" \"P=c2VjcmV0\"", "id id secret  ")]
    [InlineData("U:user P:secret", "user user secret  ")]
    [InlineData("\"u:user\" \"p:a=b:c\"", "user user a=b:c  ")]
    public void Words_are_letters_with_text_or_base64_and_the_missing_identity_is_the_other(string value, string expected)
    {
        Assert.True(AuthInfoEntry.TryParse(Encoding.UTF8.GetBytes(value), out AuthInfoEntry? entry, out _));
        Assert.Equal(
            expected, $"{entry!.User} {entry.AuthId} {entry.Password} {entry.Realm} {entry.Mechanisms}");
    }

    [Theory]
    [InlineData("\"P:hunter2\"", "neither U nor I")]
    [InlineData("\"U:user\"", "one of P and T")]
    [InlineData("\"U:user\" \"P:hunter2\" \"P:hunter2\"", "\"P\" is given twice")]
    [InlineData("\"U:user\" \"P:hunter2", "a quote is not closed")]
    [InlineData("\"U:user\" \"P=hunter2!\"", "behind \"P=\" is not base64")]
    [InlineData("\"U:user\" hunter2", "begins with none of the letters")]
    [InlineData("\"U:user\" \"X:hunter2\"", "begins with none of the letters")]
    [InlineData("\"U:user\" \"P:hunter2\" \"T:file:/x\"", "one of P and T")]
    [InlineData("\"U:user\" \"T:hunter2\"", "T is neither file:/path nor oauth:/path")]
    public void What_is_wrong_is_told_without_the_secret(string value, string expected)
    {
        Assert.False(AuthInfoEntry.TryParse(Encoding.UTF8.GetBytes(value), out _, out string error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
        TableLoad load = Try($"AuthInfo: {value}\n", OwnerOnly);
        Assert.True(load.HasErrors);
        Assert.DoesNotContain(load.Problems, static p => p.ToString().Contains("hunter2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherExecute)]
    public void A_file_with_secrets_that_others_may_open_is_refused(UnixFileMode more)
    {
        TableLoad load = Try("AuthInfo: \"U:a\" \"P:b\"\n", OwnerOnly | more);
        Assert.True(load.HasErrors);
        Assert.Contains(
            "holds secrets and is open to its group or to others; chmod 600", Assert.Single(load.Problems).ToString());
        Assert.Equal(0, load.Set.AuthInfo.Count);
    }

    [Fact]
    public void Entries_in_access_are_parsed_there_and_a_readable_file_is_refused()
    {
        using var folder = new TableFolder();
        string path = folder.Write("access", "AuthInfo:example.com \"U:a\" \"P:hunter2\"\n10 RELAY\n");
        File.SetUnixFileMode(path, OwnerOnly | UnixFileMode.OtherRead);
        TableLoad load = TableWatcher.LoadOnce(new TableSources { Access = path });
        Assert.True(load.HasErrors);
        Assert.Equal(0, load.Set.Access.Count);
        TableProblem problem = Assert.Single(load.Problems);
        Assert.Contains("chmod 600", problem.ToString(), StringComparison.Ordinal);

        File.SetUnixFileMode(path, OwnerOnly);
        load = TableWatcher.LoadOnce(new TableSources { Access = path });
        Assert.Empty(load.Problems);
        Assert.Equal(
            LookupResult.Found,
            load.Set.Access.FindName(AccessTag.AuthInfo, "smtp.example.com"u8, exact: false, out AccessHit hit));
        Assert.True(AuthInfoEntry.TryParse(hit.Value.Text.Span, out _, out _));

        folder.Write("access", "AuthInfo:example.com \"U:a\" hunter2\n");
        load = TableWatcher.LoadOnce(new TableSources { Access = path });
        Assert.True(load.HasErrors);
        Assert.DoesNotContain(load.Problems, static p => p.ToString().Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public void Users_are_found_in_any_case_by_the_keys_of_their_passwords()
    {
        var record = new UserRecord(4096, [1, 2, 3], new byte[32], [.. Enumerable.Repeat((byte)7, 32)]);
        using var folder = new TableFolder();
        string path = folder.Write("users", $"# comment\nTim\t{record.Write()}\n");
        File.SetUnixFileMode(path, OwnerOnly);
        UserTable users = TableWatcher.LoadOnce(new TableSources { Users = path }).Set.Users;
        UserRecord? found = users.Find("tIM"u8);
        Assert.Equal(record.Write(), found!.Write());
        Assert.Null(users.Find("tom"u8));
        Assert.Equal((4096, 3), users.Usual);
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("SCRAM-SHA-1$4096:AQID$AAAA:AAAA")]
    [InlineData("SCRAM-SHA-256$1:AQID$AAAA:AAAA")]
    [InlineData("SCRAM-SHA-256$4096:AQID$AAAA:AAAA")]
    [InlineData("SCRAM-SHA-256$4096:AQID")]
    public void A_user_without_readable_keys_refuses_the_file_without_showing_them(string value)
    {
        using var folder = new TableFolder();
        string path = folder.Write("users", $"tim {value}\n");
        File.SetUnixFileMode(path, OwnerOnly);
        TableLoad load = TableWatcher.LoadOnce(new TableSources { Users = path });
        string problem = Assert.Single(load.Problems).ToString();
        Assert.Contains("users:1", problem, StringComparison.Ordinal);
        Assert.Contains("as relay passwd writes it", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("AQID", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_senders_owners_are_those_of_the_address_else_of_its_domain()
    {
        using var folder = new TableFolder();
        string path = folder.Write("senderlogin", "Sales@example.com tim, tom\n@example.com ann\n");
        SenderLoginTable table = TableWatcher.LoadOnce(new TableSources { SenderLogin = path }).Set.SenderLogin;
        Assert.Equal(LookupResult.Found, table.Find("SALES@Example.com"u8, out TableEntry entry));
        Assert.True(SenderLoginTable.Names(entry.Value.Span, "Tom"u8));
        Assert.False(SenderLoginTable.Names(entry.Value.Span, "ann"u8));
        Assert.Equal(LookupResult.Found, table.Find("x@example.com"u8, out entry));
        Assert.True(SenderLoginTable.Names(entry.Value.Span, "ann"u8));
        Assert.Equal(LookupResult.NotFound, table.Find("x@sub.example.com"u8, out _));
    }

    private static TableSet Load(string text)
    {
        TableLoad load = Try(text, OwnerOnly);
        Assert.Empty(load.Problems);
        return load.Set;
    }

    private static TableLoad Try(string text, UnixFileMode mode)
    {
        using var folder = new TableFolder();
        string path = folder.Write("authinfo", text);
        File.SetUnixFileMode(path, mode);
        return TableWatcher.LoadOnce(new TableSources { AuthInfo = path });
    }
}
