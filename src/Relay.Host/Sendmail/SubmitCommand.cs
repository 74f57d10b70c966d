using System.Text;
using Relay.Host.Commands;
using Relay.Host.Submission;

namespace Relay.Host.Sendmail;

/// <summary>
/// <c>sendmail [-bm] [-t] recipient …</c>: hands the message on standard input to the relay, or leaves it in the drop
/// folder while there is none. Exit 0 says that it is durable, whichever it was.
/// </summary>
internal sealed class SubmitCommand
{
    private readonly SendmailArguments _arguments;
    private readonly CommandSettings _settings;

    private SubmitCommand(SendmailArguments arguments, CommandSettings settings)
    {
        _arguments = arguments;
        _settings = settings;
    }

    public static int Run(SendmailArguments arguments, CommandSettings settings) =>
        new SubmitCommand(arguments, settings).Run();

    private int Run()
    {
        List<string> recipients =
            [.. _arguments.Operands.SelectMany(static o => AddressList.Parse(Encoding.UTF8.GetBytes(o)))];
        if (recipients.Count == 0 && !_arguments.TakesRecipients)
        {
            Console.Error.WriteLine("Recipient names must be specified");
            return ExitCode.Usage;
        }

        byte[] content = ReadContent(Console.OpenStandardInput(), _arguments.IgnoresDots);
        if (_arguments.TakesRecipients)
        {
            recipients.AddRange(MessageCompleter.RecipientsOf(MessageText.Parse(content)));
            if (recipients.Count == 0)
            {
                Console.Error.WriteLine("No recipient addresses found in header");
                return ExitCode.Usage;
            }
        }

        return Submit(new SubmittedMessage
        {
            User = UserAccount.Current,
            Date = TimeProvider.System.GetLocalNow(),
            Content = content,
            Recipients = [.. recipients.Distinct(StringComparer.Ordinal)],
            Sender = _arguments.Sender,
            FullName = _arguments.FullName ?? Environment.GetEnvironmentVariable("NAME"),
            Notify = _arguments.Notify,
            Return = _arguments.Return,
            EnvelopeId = _arguments.EnvelopeId,
            ConfigurationFile = CommandSettings.IsOurs(_arguments.ConfigurationFile)
                ? _arguments.ConfigurationFile
                : null,
        });
    }

    /// <summary>Everything, or everything before a line that is a dot alone.</summary>
    internal static byte[] ReadContent(Stream input, bool ignoresDots)
    {
        using var all = new MemoryStream();
        input.CopyTo(all);
        ReadOnlySpan<byte> content = all.GetBuffer().AsSpan(0, (int)all.Length);
        return (ignoresDots ? content : content[..EndAtDot(content)]).ToArray();
    }

    private static int EndAtDot(ReadOnlySpan<byte> content)
    {
        for (int at = 0; at < content.Length;)
        {
            ReadOnlySpan<byte> rest = content[at..];
            if (rest.SequenceEqual("."u8) || rest.StartsWith(".\n"u8) || rest.StartsWith(".\r\n"u8))
            {
                return at;
            }

            int lineFeed = rest.IndexOf((byte)'\n');
            at = lineFeed < 0 ? content.Length : at + lineFeed + 1;
        }

        return content.Length;
    }

    private int Submit(SubmittedMessage message)
    {
        Action<string>? show = _arguments.IsVerbose ? Show : null;
        using SubmissionClient? client = SubmissionClient.TryConnect(
            _settings.SubmissionSocket, show, out string problem);
        if (client is null)
        {
            return Leave(message, problem);
        }

        SubmissionResult result = client.Submit(message);
        int exit = ExitCode.Ok;
        foreach ((string recipient, string reply) in result.Refused)
        {
            Console.Error.WriteLine(Printable.Of($"{recipient}... {ReplyText(reply)}"));
            exit = ExitOf(reply);
        }

        if (result.Deferred.Count > 0)
        {
            int left = Leave(message with { Recipients = result.Deferred }, result.Problem ?? "not taken now");
            exit = exit == ExitCode.Ok ? left : exit;
        }

        return exit;
    }

    private int Leave(SubmittedMessage message, string problem)
    {
        try
        {
            DropFolder.Leave(_settings.DropFolder, message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(Printable.Of(
                $"{_arguments.Program}: the relay does not take mail ({problem}) and the drop folder cannot be used: "
                + exception.Message));
            return ExitCode.TemporaryFailure;
        }

        if (_arguments.IsVerbose)
        {
            foreach (string recipient in message.Recipients)
            {
                Show($"{recipient}... queued");
            }
        }

        return ExitCode.Ok;
    }

    private static void Show(string line) => Console.Out.WriteLine(Printable.Of(line));

    /// <summary>Without the code, which the exit tells.</summary>
    private static string ReplyText(string reply)
    {
        string[] words = reply.Split(' ', 3);
        bool isEnhanced = words.Length == 3 && words[1].Split('.').Length == 3;
        string text = isEnhanced ? words[2] : reply.Length > 4 ? reply[4..] : reply;
        int mark = text.StartsWith('<') ? text.IndexOf("... ", StringComparison.Ordinal) : -1;
        return mark < 0 ? text : text[(mark + 4)..];
    }

    /// <summary>By the enhanced code's meaning (RFC 3463), as sysexits has it.</summary>
    internal static int ExitOf(string reply) => reply.Split(' ') is [_, var code, ..]
        ? code switch
        {
            "5.1.1" or "5.1.3" or "5.1.6" => ExitCode.NoUser,
            "5.1.2" or "5.1.8" or "5.1.10" => ExitCode.NoHost,
            "5.5.4" or "5.6.0" or "5.6.7" => ExitCode.DataError,
            _ => ExitCode.Unavailable,
        }
        : ExitCode.Unavailable;
}
