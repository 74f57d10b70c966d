using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Relay.Host.Options;
using Relay.Host.Submission;
using Relay.Host.Tables;
using Relay.Sasl;
using Relay.Tables.Authentication;

namespace Relay.Host.Commands;

/// <summary>
/// <c>relay passwd</c>: adds a user to the file of users or changes a password, which is read twice from the terminal
/// or once, a line, from standard input; never from the command line, which others can see.
/// </summary>
internal static class PasswdCommand
{
    /// <summary>About 30 ms of a processor; SCRAM makes the client compute the same.</summary>
    internal const int IterationsDefault = 100_000;

    private const int SaltLength = 16;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static Command Create()
    {
        var configuration = new ConfigurationOptions();
        var user = new Argument<string>("user") { Description = "The user's name; upper and lower case are the same." };
        var delete = new Option<bool>("--delete") { Description = "Removes the user." };
        var file = new Option<string?>("--file") { Description = "The file; else tables.users of the configuration." };
        var iterations = new Option<int>("--iterations")
        {
            Description = $"Rounds of PBKDF2, from {ScramKeys.IterationsMin} to {ScramKeys.IterationsMax}.",
            DefaultValueFactory = static _ => IterationsDefault,
        };
        var command = new Command("passwd", "Sets the password of a user who may authenticate, or removes the user.")
        {
            user, delete, file, iterations,
        };
        configuration.AddTo(command);
        command.SetAction(result =>
        {
            TextWriter error = result.InvocationConfiguration.Error;
            string? path = result.GetValue(file);
            RelaySettings? settings = configuration.Load(result, path is null ? error : TextWriter.Null);
            if (settings is null && path is null)
            {
                return ExitCode.Configuration;
            }

            path ??= RulesOf.Sources(settings!).Users;
            if (path is null)
            {
                error.WriteLine("relay: neither --file is given nor tables.directory or tables.users set");
                return ExitCode.Usage;
            }

            (uint User, uint Group)? owners = OwnersOf(path, settings?.Get(QueueKeys.QueueDirectory));
            return Run(
                path, result.GetValue(user)!, result.GetValue(delete), result.GetValue(iterations), owners, error);
        });
        return command;
    }

    /// <summary>
    /// Whose the file is to be when root writes it: the user's who runs the relay, to whom a file of root's would be
    /// closed. That is the owner of the file, or else of the queue. Null for who writes it.
    /// </summary>
    private static (uint User, uint Group)? OwnersOf(string path, string? queue)
    {
        if (SystemCalls.EffectiveUserId != 0)
        {
            return null;
        }

        return SystemCalls.OwnersOf(path) is { User: not 0 } before ? before
            : queue is null ? null
            : SystemCalls.OwnersOf(queue);
    }

    private static int Run(
        string path, string user, bool delete, int iterations, (uint User, uint Group)? owners, TextWriter error)
    {
        string name = user.ToLowerInvariant();
        if (!PreparedText.TryPrepare(Encoding.UTF8.GetBytes(name), out byte[] prepared)
            || prepared.AsSpan().ContainsAny(" \t#"u8) || prepared.Length > 256)
        {
            error.WriteLine("relay: a user's name has 1 to 256 characters, none of them a blank, # or a control character");
            return ExitCode.Usage;
        }

        if (iterations is < ScramKeys.IterationsMin or > ScramKeys.IterationsMax)
        {
            error.WriteLine($"relay: --iterations: expected {ScramKeys.IterationsMin} to {ScramKeys.IterationsMax}");
            return ExitCode.Usage;
        }

        string? record = null;
        if (!delete)
        {
            if (ReadPassword(error) is not { } password)
            {
                return ExitCode.DataError;
            }

            ScramKeys keys = ScramKeys.Derive(password, RandomNumberGenerator.GetBytes(SaltLength), iterations);
            Array.Clear(password);
            record = new UserRecord(keys.Iterations, keys.Salt, keys.StoredKey, keys.ServerKey).Write();
        }

        return Change(path, name, record, owners, error);
    }

    private static byte[]? ReadPassword(TextWriter error)
    {
        string? first;
        if (Console.IsInputRedirected)
        {
            first = Console.In.ReadLine();
        }
        else
        {
            first = ReadHidden(error, "Password: ");
            if (first != ReadHidden(error, "Again: "))
            {
                error.WriteLine("relay: the two passwords differ; nothing has changed");
                return null;
            }
        }

        if (PreparedText.TryPrepare(Encoding.UTF8.GetBytes(first ?? string.Empty), out byte[] password))
        {
            return password;
        }

        error.WriteLine("relay: the password is empty, too long or holds a control character; nothing has changed");
        return null;
    }

    private static string ReadHidden(TextWriter error, string prompt)
    {
        error.Write(prompt);
        var text = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                text.Length = Math.Max(0, text.Length - 1);
            }
            else
            {
                text.Append(key.KeyChar);
            }
        }

        error.WriteLine();
        return text.ToString();
    }

    /// <summary>
    /// The new file is complete, 0600 and its reader's before it bears the name; a relay that watches it never sees
    /// half of it.
    /// </summary>
    private static int Change(
        string path, string name, string? record, (uint User, uint Group)? owners, TextWriter error)
    {
        string next = path + ".new";
        try
        {
            string[] before = File.Exists(path) ? File.ReadAllLines(path) : [];
            List<string> lines = [.. before.Where(line => !IsOf(line, name))];
            bool wasThere = lines.Count < before.Length;
            if (record is null && !wasThere)
            {
                error.WriteLine($"relay: {Printable.Of(path)}: there is no user {Printable.Of(name)}");
                return ExitCode.DataError;
            }

            if (record is not null)
            {
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"{name}\t{record}"));
            }

            var options = new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = OwnerOnly,
            };
            using (var writer = new StreamWriter(next, new UTF8Encoding(false), options))
            {
                File.SetUnixFileMode(next, OwnerOnly); // one that was left behind keeps its mode otherwise
                if (owners is { } others)
                {
                    SystemCalls.Give(((FileStream)writer.BaseStream).SafeFileHandle, others);
                }

                lines.ForEach(writer.WriteLine);
                writer.Flush();
                ((FileStream)writer.BaseStream).Flush(flushToDisk: true);
            }

            File.Move(next, path, overwrite: true);
            error.WriteLine($"relay: {Printable.Of(path)}: {Printable.Of(name)} "
                + (record is null ? "is removed" : wasThere ? "has a new password" : "is added"));
            return ExitCode.Ok;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"relay: {Printable.Of(path)}: cannot be changed: {Printable.Of(exception.Message)}");
            return ExitCode.InputOutput;
        }
    }

    private static bool IsOf(string line, string name)
    {
        int end = line.AsSpan().IndexOfAny(' ', '\t');
        return end > 0 && line.AsSpan(0, end).Equals(name, StringComparison.OrdinalIgnoreCase);
    }
}
