using System.Collections;
using Relay.Host.Options;

namespace Relay.Host.Tests.Options;

/// <summary>Which configuration file a command uses, and what is said of one that cannot be used.</summary>
public sealed class ConfigurationFileTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("relay-configuration-");

    [Theory]
    [InlineData("a.json", "b.json", "a.json", "--config")]
    [InlineData("a.json", null, "a.json", "--config")]
    [InlineData(null, "b.json", "b.json", "RELAY_CONFIG")]
    public void The_option_comes_before_the_variable(string? named, string? variable, string path, string namedBy) =>
        Assert.Equal(
            new ConfigurationFile(path, namedBy), ConfigurationFile.FindNamed(named, "--config", variable));

    [Fact]
    public void Without_either_there_is_none_but_the_installed_one()
    {
        Assert.Null(ConfigurationFile.FindNamed(null, "--config", null));
        Assert.Null(ConfigurationFile.FindInstalled(PathOf("relay.json")));
        Assert.Null(ConfigurationFile.FindInstalled(PathOf("no/such/relay.json")));
        Write("relay.json", "{}");
        Assert.Equal(
            new ConfigurationFile(PathOf("relay.json"), null),
            ConfigurationFile.FindInstalled(PathOf("relay.json")));
    }

    [Fact]
    public void A_folder_that_may_not_be_looked_into_does_not_hide_the_installed_one()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "root may look into every folder; a root of its own tests it");
        Write("closed/relay.json", "{}");
        File.SetUnixFileMode(PathOf("closed"), UnixFileMode.None);
        try
        {
            Assert.NotNull(ConfigurationFile.FindInstalled(PathOf("closed/relay.json")));
        }
        finally
        {
            File.SetUnixFileMode(
                PathOf("closed"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Theory]
    [InlineData("--config", "there is no such file, and --config names it")]
    [InlineData("RELAY_CONFIG", "there is no such file, and RELAY_CONFIG names it")]
    public void A_missing_file_is_an_error_that_says_who_named_it(string namedBy, string message) =>
        Assert.Equal($"{PathOf("no.json")}: {message}", ErrorOf(PathOf("no.json"), namedBy));

    [Fact]
    public void A_folder_is_no_configuration() =>
        Assert.Equal(
            $"{_directory.FullName}: is a directory; expected a file", ErrorOf(_directory.FullName, "--config"));

    [Fact]
    public void An_empty_name_is_an_error_that_says_where_it_is() =>
        Assert.Equal(
            "RELAY_CONFIG is empty; expected the name of a file", ErrorOf(string.Empty, "RELAY_CONFIG"));

    [Fact]
    public void What_may_not_be_read_is_an_error_that_names_the_file_the_user_and_a_way_out() =>
        Assert.Equal(
            $"the user {Environment.UserName} may not read it; use sudo, or name another file with --config",
            new ConfigurationFile(PathOf("relay.json"), null).Explain(new UnauthorizedAccessException()));

    public void Dispose() => _directory.Delete(recursive: true);

    private string PathOf(string name) => Path.Combine(_directory.FullName, name);

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
    }

    private static string ErrorOf(string path, string namedBy)
    {
        Assert.Null(ConfigurationLoader.LoadFrom(
            new ConfigurationFile(path, namedBy), new Hashtable(), [], out IReadOnlyList<ConfigurationError> errors));
        return Assert.Single(errors).ToString();
    }
}
