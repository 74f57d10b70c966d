using System.CommandLine;
using System.Text;
using Relay.Host.Options;
using Relay.Tables.Checks;

namespace Relay.Host.Commands;

/// <summary><c>relay migrate --tag</c>: gives every key of an access table its tag.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var configuration = new ConfigurationOptions();
        var tag = new Option<bool>("--tag")
        {
            Description = "Rewrites keys of access without a tag to Connect:, From: and To:, as they are used.",
            Required = true,
        };
        var inPlace = new Option<bool>("--in-place")
        {
            Description = "Replaces the file and keeps the old one as FILE.bak; else the text goes to standard output.",
        };
        var file = new Argument<string?>("file")
        {
            Description = "The table; else access in tables.directory.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("migrate", "Rewrites a table in today's form.");
        command.Add(file);
        command.Add(tag);
        command.Add(inPlace);
        configuration.AddTo(command);
        command.SetAction(result =>
        {
            TextWriter error = result.InvocationConfiguration.Error;
            string? path = result.GetValue(file);
            if (path is null)
            {
                if (configuration.Load(result, error) is not { } settings)
                {
                    return ExitCode.Configuration;
                }

                string directory = settings.Get(TableKeys.Directory);
                if (directory.Length == 0)
                {
                    error.WriteLine("relay: no file is named, and tables.directory is not set");
                    return ExitCode.Usage;
                }

                path = Path.Combine(directory, "access");
            }

            return Run(path, result.GetValue(inPlace), result.InvocationConfiguration.Output, error);
        });
        return command;
    }

    private static int Run(string path, bool inPlace, TextWriter output, TextWriter error)
    {
        string text;
        try
        {
            text = File.ReadAllText(path, Encoding.UTF8);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"relay: {Printable.Of(path)}: cannot be read: {Printable.Of(exception.Message)}");
            return ExitCode.NoInput;
        }

        string migrated = TagMigration.Migrate(text, out int rewritten);
        if (!inPlace)
        {
            output.Write(migrated);
        }
        else if (rewritten > 0 && !TryReplace(path, migrated, error))
        {
            return ExitCode.InputOutput;
        }

        error.WriteLine(rewritten == 0
            ? $"relay: {Printable.Of(path)}: every key has its tag"
            : $"relay: {Printable.Of(path)}: {rewritten} keys had no tag");
        return ExitCode.Ok;
    }

    /// <summary>
    /// The new file is complete before it bears the name; a relay that watches it never sees half of it.
    /// </summary>
    private static bool TryReplace(string path, string text, TextWriter error)
    {
        string next = path + ".new";
        try
        {
            File.WriteAllText(next, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            File.SetUnixFileMode(next, File.GetUnixFileMode(path));
            File.Replace(next, path, path + ".bak");
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"relay: {Printable.Of(path)}: cannot be replaced: {Printable.Of(exception.Message)}");
            return false;
        }
    }
}
