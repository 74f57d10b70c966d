using System.Diagnostics;
using System.Text.RegularExpressions;
using Relay.Host.Sendmail;
using Relay.Testing;

namespace Relay.Host.Tests.Documents;

/// <summary>The manual pages in packaging/man: one for each name, well-formed, and complete as to options.</summary>
public partial class ManualPageTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "packaging", "man");

    public static TheoryData<string> Pages => [.. Directory
        .EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
        .Select(static path => Path.GetRelativePath(Folder, path)).Order(StringComparer.Ordinal)];

    [Fact]
    public void Each_name_has_its_page_in_the_section_where_sendmail_has_it() => Assert.Equal(
        [
            "man1/mailq.1", "man1/newaliases.1", "man5/relay.json.5", "man8/hoststat.8", "man8/makemap.8",
            "man8/purgestat.8", "man8/relay.8", "man8/sendmail.8",
        ],
        Pages.Select(static row => row.Data));

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_is_formatted_without_a_warning_and_names_itself(string page)
    {
        const string Groff = "/usr/bin/groff";
        string text = File.ReadAllText(Path.Combine(Folder, page));
        string name = Path.GetFileNameWithoutExtension(page);
        Assert.StartsWith($".TH {name.ToUpperInvariant()} {page[^1]} ", text, StringComparison.Ordinal);
        Assert.Contains($"\n.SH NAME\n{name} \\- ", text, StringComparison.Ordinal);
        Assert.SkipUnless(File.Exists(Groff), "groff is not installed (tests/run.sh installs it as root)");
        (string output, string error) = Run(Groff, "-man", "-ww", "-Tutf8", "-P-cbou", Path.Combine(Folder, page));
        Assert.Empty(error);
        Assert.Contains("NAME", output, StringComparison.Ordinal);
        Assert.DoesNotContain("\\f", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_of_sendmail_names_every_mode_and_option_of_its_usage()
    {
        string page = File.ReadAllText(Path.Combine(Folder, "man8/sendmail.8"));
        using var usage = new StringWriter();
        SendmailUsage.Print(usage);
        string[] options = [.. Option().Matches(usage.ToString()).Select(static m => m.Groups[1].Value).Distinct()];
        Assert.Contains("bp", options);
        Assert.Equal([], options.Where(o => !page.Contains($"\\-{o}", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_page_of_makemap_names_every_letter_of_its_usage()
    {
        string page = File.ReadAllText(Path.Combine(Folder, "man8/makemap.8"));
        string[] letters = [.. Option().Matches(MakemapOptions.Usage).Select(static m => m.Groups[1].Value).Distinct()];
        Assert.Equal(15, letters.Length);
        Assert.Equal([], letters.Where(
            o => !Regex.IsMatch(page, $@"\\-{o}\b", RegexOptions.None, TimeSpan.FromMinutes(1))));
    }

    [Fact]
    public void The_page_of_relay_names_every_command()
    {
        string page = File.ReadAllText(Path.Combine(Folder, "man8/relay.8"));
        (string help, _) = Run(Path.Combine(AppContext.BaseDirectory, "relay"), "--help");
        string list = help[help.IndexOf("Commands:", StringComparison.Ordinal)..];
        string[] commands = [.. Command().Matches(list).Select(static m => m.Groups[1].Value)];
        Assert.Contains("serve", commands);
        Assert.Equal([], commands.Where(c => !page.Contains($".B {c}\n", StringComparison.Ordinal)));
    }

    private static (string Output, string Error) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (output, error.Result);
    }

    [GeneratedRegex(@"(?<![-\w])-(b[a-zA-Z]|[a-zA-Z])")]
    private static partial Regex Option();

    [GeneratedRegex(@"(?m)^  ([a-z]+)\b")]
    private static partial Regex Command();
}
