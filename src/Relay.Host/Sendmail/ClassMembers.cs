using Relay.Host.Options;
using Relay.Host.Tables;
using Relay.Tables.Loading;

namespace Relay.Host.Sendmail;

/// <summary>
/// The members of Sendmail's classes: from options, files and the system; a test session may add some.
/// </summary>
internal sealed class ClassMembers(RelaySettings settings, SystemIdentity identity)
{
    private readonly List<(string Class, string Member)> _added = [];

    public void Add(string name, string member) => _added.Add((Bare(name), member));

    public IEnumerable<string> Members(string name)
    {
        string bare = Bare(name);
        TableSources sources = RulesOf.Sources(settings);
        IEnumerable<string> known = bare switch
        {
            "w" => identity.OwnNames.Concat(FileOf(sources.LocalHostNames)),
            "R" => settings.Get(TableKeys.RelayNames).Words.Concat(FileOf(sources.RelayDomains)),
            "M" => settings.Get(MasqueradeKeys.Domains).Words,
            "N" => settings.Get(MasqueradeKeys.Exceptions).Words,
            "E" => settings.Get(MasqueradeKeys.ExposedUsers).Words,
            "G" => settings.Get(MasqueradeKeys.GenericsDomains).Words,
            "L" => settings.Get(RouteKeys.LocalUsers).Words,
            "VirtHost" => settings.Get(TableKeys.VirtUserDomains).Words,
            "m" => [identity.Domain],
            "t" => settings.Get(SubmissionKeys.TrustedUsers).Words,
            _ => [],
        };
        return known
            .Concat(_added.Where(a => a.Class == bare).Select(static a => a.Member))
            .Distinct(StringComparer.OrdinalIgnoreCase);
    }

    private static string Bare(string name) => name.Trim().Trim('{', '}');

    /// <summary>Words separated by white space; a line that begins with # is a comment.</summary>
    private static IEnumerable<string> FileOf(ClassSource source) =>
        source.File is { } file && File.Exists(file)
            ? File.ReadLines(file)
                .Where(static line => !line.StartsWith('#'))
                .SelectMany(static line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            : [];
}
