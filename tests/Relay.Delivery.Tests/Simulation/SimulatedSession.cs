using System.Text;

namespace Relay.Delivery.Tests.Simulation;

/// <summary>One session with some server of the <see cref="SimulatedInternet"/>. One caller at a time.</summary>
internal sealed class SimulatedSession(SimulatedInternet internet)
{
    private readonly StringBuilder _replies = new();
    private readonly StringBuilder _content = new();
    private readonly List<string> _recipients = [];
    private string _sender = string.Empty;
    private SimulatedKind _kind;
    private bool _inContent;
    private bool _isRefused;

    /// <summary>The server hangs up, without a word.</summary>
    public bool IsCut { get; private set; }

    /// <returns>How much was understood.</returns>
    public int Read(ReadOnlySpan<byte> octets, out string replies)
    {
        _replies.Clear();
        int used = 0;
        int end;
        while (!IsCut && (end = octets[used..].IndexOf("\r\n"u8)) >= 0)
        {
            string line = Encoding.UTF8.GetString(octets.Slice(used, end));
            used += end + 2;
            if (!_inContent)
            {
                OnCommand(line);
            }
            else if (line == ".")
            {
                _inContent = false;
                OnContent();
            }
            else if (_sender.Length == 0)
            {
                _content.AppendLine(line);
            }
        }

        replies = _replies.ToString();
        return used;
    }

    private void OnCommand(string line)
    {
        switch (line[..4])
        {
            case "EHLO":
                Reply("250-mx.test\r\n250 PIPELINING");
                break;
            case "MAIL":
                _sender = Path(line);
                _recipients.Clear();
                _content.Clear();
                _isRefused = _sender.Length > 0 && internet.Happens(20);
                Reply(_isRefused ? "451 4.3.0 Busy" : "250 2.1.0 Ok");
                break;
            case "RCPT" when _isRefused:
                Reply("503 5.5.1 MAIL first"); // the relay sent it before it knew
                break;
            case "RCPT":
                OnRecipient(Path(line));
                break;
            case "DATA":
                OnData();
                break;
            case "QUIT":
                Reply("221 2.0.0 Bye");
                break;
            default:
                Reply("250 2.0.0 Ok");
                break;
        }
    }

    private void OnRecipient(string recipient)
    {
        (_kind, DateTimeOffset until) = internet[recipient[(recipient.IndexOf('@') + 1)..]];
        if (_kind == SimulatedKind.Perfect)
        {
            _recipients.Add(recipient);
            Reply("250 2.1.5 Ok");
            return;
        }

        if (_kind == SimulatedKind.Dead)
        {
            internet.Faults.Add($"{recipient} was reached");
        }

        bool later = _kind == SimulatedKind.AlwaysLater
            || (_kind == SimulatedKind.RefusingAtFirst && internet.Now < until) || internet.Happens(80);
        bool no = !later && (_kind == SimulatedKind.AlwaysNo || internet.Happens(30));
        if (no)
        {
            Refuse(recipient);
        }
        else if (!later)
        {
            _recipients.Add(recipient);
        }

        IsCut = later && internet.Happens(50); // instead of the reply
        Reply(later ? "451 4.2.0 Later" : no ? "550 5.1.1 No such user" : "250 2.1.5 Ok");
    }

    private void OnData()
    {
        _inContent = _recipients.Count > 0;
        IsCut = _inContent && _kind != SimulatedKind.Perfect && internet.Happens(10);
        Reply(_inContent ? "354 Go ahead" : "554 5.5.1 No recipients");
    }

    private void OnContent()
    {
        if (_kind == SimulatedKind.Perfect)
        {
            OnNotification();
            Reply("250 2.0.0 Ok");
        }
        else if (internet.Happens(20))
        {
            Reply("452 4.3.1 Full");
        }
        else if (internet.Happens(10))
        {
            _recipients.ForEach(Refuse);
            Reply("554 5.7.1 Unwanted");
        }
        else
        {
            IsCut = internet.Happens(5);
            _recipients.ForEach(r => Take(r, IsCut));
            Reply("250 2.0.0 Ok");
        }
    }

    private void Take(string recipient, bool isReplyLost)
    {
        SimulatedRecipient entry = Find(recipient);
        lock (entry)
        {
            entry.Taken = internet.Now;
            entry.TimesTaken++;
            entry.RepliesLost += isReplyLost ? 1 : 0;
        }
    }

    private void Refuse(string recipient)
    {
        SimulatedRecipient entry = Find(recipient);
        lock (entry)
        {
            entry.Refused ??= internet.Now;
            entry.TimesRefused++;
        }
    }

    private SimulatedRecipient Find(string recipient) => internet.Recipients[$"{_sender} {recipient}"];

    /// <summary>Enters what a sender is told.</summary>
    private void OnNotification()
    {
        string recipient = string.Empty;
        string action = string.Empty;
        foreach (string line in _content.ToString().Split(Environment.NewLine))
        {
            if (line.StartsWith("Final-Recipient: rfc822; ", StringComparison.Ordinal))
            {
                recipient = line["Final-Recipient: rfc822; ".Length..];
            }
            else if (line.StartsWith("Action: ", StringComparison.Ordinal))
            {
                action = line["Action: ".Length..];
            }
            else if (line.StartsWith("Status: ", StringComparison.Ordinal))
            {
                if (!internet.Recipients.TryGetValue($"{_recipients[0]} {recipient}", out SimulatedRecipient? entry))
                {
                    internet.Faults.Add($"{_recipients[0]} is told of {recipient}");
                    continue;
                }

                lock (entry)
                {
                    entry.Told.Add((action, line["Status: ".Length..], internet.Now));
                }
            }
        }
    }

    private void Reply(string text)
    {
        if (!IsCut)
        {
            _replies.Append(text).Append("\r\n");
        }
    }

    private static string Path(string line) => line[(line.IndexOf('<') + 1)..line.IndexOf('>')];
}
