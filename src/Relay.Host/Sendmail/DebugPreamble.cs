using Relay.Host.Tables;

namespace Relay.Host.Sendmail;

/// <summary>
/// What <c>-d0</c> and <c>-d35.9</c> print before the program does what it was called for, whatever that is:
/// <c>sendmail -d0.1 -bv root</c> is how administrators ask for a version.
/// </summary>
internal static class DebugPreamble
{
    private const int VersionAlone = 101;
    private const int MacrosFrom = 9;

    /// <returns>True if that was all that was asked for (<c>-d0.101</c>).</returns>
    public static bool Print(SendmailArguments arguments, TextWriter output)
    {
        var levels = new DebugLevels(arguments.Debug);
        int level = levels[DebugLevels.Identity];
        bool showsMacros = levels[DebugLevels.Macros] >= MacrosFrom;
        if (level <= 0 && !showsMacros)
        {
            return false;
        }

        // What is wrong with a configuration is for the mode to say; mail is taken all the same.
        CommandSettings? settings = CommandSettings.Load(arguments.ConfigurationFile, TextWriter.Null);
        if (level >= VersionAlone || settings?.Settings is not { } known)
        {
            output.WriteLine($"Version {SystemIdentity.ProgramVersion}");
            return level >= VersionAlone;
        }

        var identity = new SystemIdentity(known, RulesOf.Options(known), settings.File);
        if (level > 0)
        {
            identity.Print(output, level);
        }

        if (showsMacros)
        {
            new MacroTable(identity).PrintDefinitions(output);
        }

        return false;
    }
}
