using Relay.Host.Monitoring;

namespace Relay.Host.Tests.Monitoring;

/// <summary>The secret that lets the page change the queue.</summary>
public sealed class AdminTokenTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void The_secret_of_the_file_matches_whole_and_nothing_else_does()
    {
        AdminToken token = Load("  sixteen-characters-and-more\n", OwnerOnly);
        Assert.True(token.Matches("sixteen-characters-and-more"));
        Assert.False(token.Matches("sixteen-characters-and-mor"));
        Assert.False(token.Matches("sixteen-characters-and-more "));
        Assert.False(token.Matches("SIXTEEN-characters-and-more"));
        Assert.False(token.Matches(string.Empty));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_file_that_others_may_open_is_refused_by_name(UnixFileMode more)
    {
        IOException refused = Assert.Throws<IOException>(
            () => Load("sixteen-characters-and-more", OwnerOnly | more));
        Assert.Equal($"{_file}: others may read it; expected mode 0600", refused.Message);
    }

    [Fact]
    public void A_secret_that_is_short_is_refused_without_showing_it()
    {
        IOException refused = Assert.Throws<IOException>(() => Load("fifteen-chars-x", OwnerOnly));
        Assert.Equal($"{_file}: expected a secret of at least 16 characters", refused.Message);
        Assert.True(Load("sixteen-chars-xx", OwnerOnly).Matches("sixteen-chars-xx"));
    }

    [Fact]
    public void A_file_that_is_missing_is_an_error_that_names_it()
    {
        File.Delete(_file);
        Assert.Contains(
            _file, Assert.ThrowsAny<IOException>(() => AdminToken.Load(_file)).Message, StringComparison.Ordinal);
    }

    private AdminToken Load(string text, UnixFileMode mode)
    {
        File.WriteAllText(_file, text);
        File.SetUnixFileMode(_file, mode);
        return AdminToken.Load(_file);
    }
}
