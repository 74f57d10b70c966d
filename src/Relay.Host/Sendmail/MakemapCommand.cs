using System.Text;
using Relay.Host.Commands;

namespace Relay.Host.Sendmail;

/// <summary>
/// <c>makemap</c>: checks a table as Sendmail's does, with its messages and exit codes, and makes the files that make's
/// rules name. The relay reads the text itself; the files hold the checked entries for <c>makemap -u</c> and tell make
/// what is up to date.
/// </summary>
internal sealed class MakemapCommand
{
    private static readonly string[] Types = ["hash", "btree", "dbm", "cdb", "implicit"];

    private readonly TextReader _input;
    private readonly TextWriter _output;
    private readonly TextWriter _error;
    private readonly MakemapOptions _options;

    private readonly UnixFileMode? _source;

    private MakemapCommand(
        MakemapOptions options, TextReader input, UnixFileMode? source, TextWriter output, TextWriter error)
    {
        _source = source;
        _options = options;
        _input = input;
        _output = output;
        _error = error;
    }

    /// <summary>Runs the command to its end; returns the exit code.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="input">The table.</param>
    /// <param name="source">The table's mode; null if it is no file.</param>
    /// <param name="output">For what was asked for.</param>
    /// <param name="error">For complaints.</param>
    public static int Run(
        string[] arguments, Stream input, UnixFileMode? source, TextWriter output, TextWriter error)
    {
        MakemapOptions? options = MakemapOptions.Parse(arguments);
        if (options is null)
        {
            error.WriteLine(MakemapOptions.Usage);
            return ExitCode.Usage;
        }

        if (options.ListsTypes)
        {
            Array.ForEach(Types, output.WriteLine);
            return ExitCode.Ok;
        }

        using var reader = new StreamReader(input, Encoding.UTF8);
        return new MakemapCommand(options, reader, source, output, error).Run();
    }

    private int Run()
    {
        if (!Types.Contains(_options.Type, StringComparer.Ordinal))
        {
            return CannotOpen("Unknown database type");
        }

        MapFile map = MapFile.Of(_options.Type, _options.Name);
        try
        {
            return _options.Dumps ? Dump(map) : Make(map);
        }
        catch (FileNotFoundException)
        {
            return CannotOpen("No such file or directory");
        }
        catch (DirectoryNotFoundException)
        {
            return CannotOpen("No such file or directory");
        }
        catch (UnauthorizedAccessException)
        {
            return CannotOpen("Permission denied");
        }
    }

    private int CannotOpen(string reason)
    {
        _error.WriteLine($"makemap: error opening type {_options.Type} map {_options.Name}: {reason}");
        return ExitCode.CannotCreate;
    }

    private int Dump(MapFile map)
    {
        foreach ((string key, string value) in map.Read())
        {
            _output.WriteLine($"{key}{_options.Separator ?? '\t'}{value}");
        }

        return ExitCode.Ok;
    }

    private int Make(MapFile map)
    {
        var entries = new MapEntries(_options.AllowsDuplicates);
        if (_options.Appends && map.Exists)
        {
            foreach ((string key, string value) in map.Read())
            {
                entries.TryAdd(key, value);
            }
        }

        int exit = ExitCode.Ok;
        int number = 0;
        while (_input.ReadLine() is { } line)
        {
            number++;
            string? problem = Take(line, entries);
            if (problem is not null)
            {
                _error.WriteLine($"makemap: {_options.Name}: line {number}: {problem}");
                exit = ExitCode.DataError;
            }
        }

        map.Write(entries.All, _source); // what is right of it, as Sendmail does
        return exit;
    }

    /// <summary>Returns what is wrong with the line, or null.</summary>
    private string? Take(string line, MapEntries entries)
    {
        if (line.Length > MakemapOptions.LineLengthMax)
        {
            return $"line too long ({MakemapOptions.LineLengthMax} bytes max)";
        }

        if (line.Length == 0 || line[0] == _options.Comment)
        {
            return null;
        }

        if (char.IsWhiteSpace(line[0]))
        {
            // A list of aliases goes on like this; makemap is asked to look at one by old Makefiles.
            return line.Trim().Length == 0 || IsAliases ? null : "syntax error (leading space)";
        }

        int end = _options.Separator is { } separator
            ? line.IndexOf(separator, StringComparison.Ordinal)
            : line.AsSpan().IndexOfAny(' ', '\t');
        string key = end < 0 ? line : line[..end];
        string value = end < 0 ? string.Empty : line[(end + 1)..].TrimStart(_options.Separator ?? ' ', ' ', '\t');
        key = _options.KeepsCase ? key : key.ToLowerInvariant();
        if (value.Length == 0 && !_options.AllowsEmpty)
        {
            return $"no RHS for LHS {key}";
        }

        if (_options.IsVerbose)
        {
            _output.WriteLine($"key=`{key}', val=`{value}'");
        }

        if (_options.Replaces)
        {
            entries.Set(key, value);
            return null;
        }

        return entries.TryAdd(key, value) ? null : $"key {key}: duplicate key";
    }

    private bool IsAliases => Path.GetFileName(_options.Name).StartsWith("aliases", StringComparison.Ordinal);
}
