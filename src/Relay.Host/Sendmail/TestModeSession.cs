using System.Text;
using Relay.Dns;
using Relay.Host.Commands;
using Relay.Host.Options;
using Relay.Routing;

namespace Relay.Host.Sendmail;

/// <summary>The dialogue of address test mode: one command per line.</summary>
internal sealed class TestModeSession
{
    private const string Prompt = "> ";

    private readonly TextWriter _output;
    private readonly SystemIdentity _identity;
    private readonly DebuggingResolver _dns;
    private readonly AddressTester _tester;
    private readonly RewritingRules _rules;
    private readonly MacroTable _macros;
    private readonly ClassMembers _classes;
    private readonly MapLookup _maps;
    private readonly DebugLevels _debug;
    private bool _isHeader;
    private bool _isSender;

    public TestModeSession(
        RelaySettings settings, RoutingSnapshot rules, SystemIdentity identity, IDnsResolver dns, TextWriter output,
        DebugLevels debug)
    {
        _output = output;
        _identity = identity;
        _debug = debug;
        _dns = new DebuggingResolver(dns, output, debug);
        _tester = new AddressTester(rules, settings);
        _rules = new RewritingRules(rules, _tester, _dns, new DebugTrace(output, debug));
        _macros = new MacroTable(identity);
        _classes = new ClassMembers(settings, identity);
        _maps = new MapLookup(settings);
    }

    public async Task RunAsync(TextReader input)
    {
        _output.WriteLine("ADDRESS TEST MODE (ruleset 3 NOT automatically invoked)");
        _output.WriteLine("Enter <ruleset> <address>");
        _output.Write(Prompt);
        while (await input.ReadLineAsync() is { } line)
        {
            line = line.Trim();
            if (line is "/quit" or "/q")
            {
                return;
            }

            await CommandAsync(line);
            _output.Write(Prompt);
        }
    }

    private async Task CommandAsync(string line)
    {
        switch (line)
        {
            case "" or ['#', ..]:
                break;
            case "?" or ['?', ' ', ..]:
                TestModeHelp.Print(_output, SystemIdentity.ProgramVersion);
                break;
            case ['/', ..]:
                await VerbAsync(line.Split((char[])[' ', '\t'], 3, StringSplitOptions.RemoveEmptyEntries));
                break;
            case ['.', 'D', _, ..]:
                _macros.Set(NameAt(line, 2, out string value), value);
                break;
            case ['.', 'C', _, ..]:
                _classes.Add(NameAt(line, 2, out string member), member);
                break;
            case ['$', '=', _, ..]:
                ShowClass(line[2..]);
                break;
            case ['$', _, ..]:
                _output.WriteLine(_macros.Find(line[1..]) is { } macro ? Printable.Of(macro) : "Undefined");
                break;
            case "=M":
                MailerList.Print(_output);
                break;
            case ['=', 'S', ..]:
                ShowRuleset(line[2..]);
                break;
            case ['-', 'd', ..]:
                Debug(line[2..]);
                break;
            default:
                await RulesetsAsync(line);
                break;
        }
    }

    private async Task VerbAsync(string[] words)
    {
        switch (words)
        {
            case ["/parse", .. var rest]:
                await ParseAsync(string.Join(' ', rest));
                break;
            case ["/try", var mailer, var address]:
                await TryAsync(mailer, address);
                break;
            case ["/try", ..]:
                _output.WriteLine("Usage: /try mailer address");
                break;
            case ["/tryflags", var flags]:
                SetFlags(flags);
                break;
            case ["/tryflags", ..]:
                _output.WriteLine("Usage: /tryflags [Hh|Ee][Ss|Rr]");
                break;
            case ["/mx", var host]:
                await MxAsync(host);
                break;
            case ["/mx", ..]:
                _output.WriteLine("Usage: /mx address");
                break;
            case ["/canon", var host]:
                await CanonAsync(host);
                break;
            case ["/canon", ..]:
                _output.WriteLine("Usage: /canon address");
                break;
            case ["/map", var map, var key]:
                _output.WriteLine(Printable.Of(_maps.Describe(map, key)));
                break;
            case ["/map", ..]:
                _output.WriteLine("Usage: /map mapname key");
                break;
            default:
                _output.WriteLine($"Unknown \"/\" command {Printable.Of(words[0])}");
                break;
        }
    }

    /// <summary><c>3,0 user@domain</c>: what each ruleset is given and what it makes of it.</summary>
    private async Task RulesetsAsync(string line)
    {
        string[] parts = line.Split((char[])[' ', '\t'], 2, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 2)
        {
            _output.WriteLine("No address!");
            return;
        }

        string words = RewritingRules.Words(parts[1]);
        foreach (string ruleset in parts[0].Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (RewritingRules.NameOf(ruleset) is not { } name)
            {
                _output.WriteLine($"Undefined ruleset {Printable.Of(ruleset)}");
                return;
            }

            words = await RunAsync(name, words);
        }
    }

    private async Task<string> RunAsync(string name, string words)
    {
        _output.WriteLine(Printable.Of($"{name,-16}   input: {words}"));
        string result = await _rules.RunAsync(name, words);
        _output.WriteLine(Printable.Of($"{name,-16} returns: {result}"));
        return result;
    }

    private async Task ParseAsync(string address)
    {
        if (address.Length == 0)
        {
            _output.WriteLine("Usage: /parse address");
            return;
        }

        string bare = Submission.AddressList.Parse(Encoding.UTF8.GetBytes(address)).FirstOrDefault(address);
        _output.WriteLine($"Cracked address = {Printable.Of(Crack(address, bare))}");
        _output.WriteLine($"Parsing {RoleText} address");
        string words = await RunAsync("canonify", RewritingRules.Words(bare));
        await RunAsync("parse", words);
        words = await RunAsync(_isSender ? "1" : "2", words);
        await RunAsync("final", words);
        foreach (AddressTarget target in await _tester.ResolveAsync(bare))
        {
            _output.WriteLine(Printable.Of(
                target.Refusal is { } refusal ? $"{bare}... {refusal}" : target.Words));
        }
    }

    private string RoleText => $"{(_isHeader ? "header" : "envelope")} {(_isSender ? "sender" : "recipient")}";

    /// <summary>The place of the address among what stands around it.</summary>
    private static string Crack(string address, string bare)
    {
        int at = address.IndexOf(bare, StringComparison.Ordinal);
        return at < 0 ? "$g" : $"{address[..at]}$g{address[(at + bare.Length)..]}";
    }

    private async Task TryAsync(string mailer, string address)
    {
        if (!MailerList.Contains(mailer))
        {
            _output.WriteLine($"Unknown mailer {Printable.Of(mailer)}");
            return;
        }

        _output.WriteLine(Printable.Of($"Trying {RoleText} address {address} for mailer {mailer}"));
        string words = await RunAsync("canonify", RewritingRules.Words(address));
        words = await RunAsync(_isSender ? "1" : "2", words);
        string rewritten = _rules.Rewrite(RewritingRules.Joined(RewritingRules.Final(words)), _isHeader, _isSender);
        await RunAsync("final", RewritingRules.Words(rewritten));
        _output.WriteLine(Printable.Of($"Rcode = 0, addr = {rewritten}"));
    }

    private void SetFlags(string flags)
    {
        foreach (char flag in flags)
        {
            switch (char.ToLowerInvariant(flag))
            {
                case 'h':
                    _isHeader = true;
                    break;
                case 'e':
                    _isHeader = false;
                    break;
                case 's':
                    _isSender = true;
                    break;
                case 'r':
                    _isSender = false;
                    break;
                default:
                    _output.WriteLine("Usage: /tryflags [Hh|Ee][Ss|Rr]");
                    return;
            }
        }
    }

    private async Task MxAsync(string host)
    {
        DnsAnswer answer = await _dns.QueryAsync(host.TrimEnd('.'), DnsRecordType.Mx, CancellationToken.None);
        string shown = Printable.Of(host);
        if (answer.Exchanges is [{ Exchange: "." or "" }])
        {
            _output.WriteLine($"getmxrr({shown}) returns null MX (See RFC7505)");
            return;
        }

        if (answer.Status is DnsStatus.NameError or DnsStatus.TemporaryFailure)
        {
            _output.WriteLine($"getmxrr({shown}) returns -1 value(s):");
            return;
        }

        string[] hosts =
            [.. answer.Exchanges.OrderBy(static r => r.Preference).Select(static r => r.Exchange).Distinct()];
        if (hosts.Length == 0)
        {
            hosts = [host];
        }

        _output.WriteLine($"getmxrr({shown}) returns {hosts.Length} value(s):");
        foreach (string exchange in hosts)
        {
            _output.WriteLine($"\t{Printable.Of(exchange)}.");
        }
    }

    private async Task CanonAsync(string host)
    {
        string name = host;
        foreach (DnsRecordType type in (DnsRecordType[])[DnsRecordType.A, DnsRecordType.Aaaa])
        {
            DnsAnswer answer = await _dns.QueryAsync(host.TrimEnd('.'), type, CancellationToken.None);
            if (answer.Status == DnsStatus.Found)
            {
                name = answer.CanonicalName;
                break;
            }
        }

        _output.WriteLine(Printable.Of($"getcanonname({host}) returns {name}"));
    }

    private void ShowClass(string name)
    {
        foreach (string member in _classes.Members(name))
        {
            _output.WriteLine(Printable.Of(member));
        }
    }

    private void ShowRuleset(string ruleset) => _output.WriteLine(
        RewritingRules.NameOf(ruleset) is { } name
            ? $"{name}: no rules: what it does is part of the program (relay explain shows why)"
            : $"Undefined ruleset {Printable.Of(ruleset)}");

    /// <summary>Identity and macros are printed at once; what else is asked for, from now on.</summary>
    private void Debug(string argument)
    {
        if (!DebugLevels.TryParse(argument, out IReadOnlyList<(int Category, int Level)> levels, out string? wrong))
        {
            _output.WriteLine(Printable.Of($"Invalid -d argument \"{wrong}\"; expected category.level"));
            return;
        }

        _debug.Set(levels);
        foreach ((int category, int level) in levels)
        {
            if (category == DebugLevels.Macros)
            {
                _macros.PrintDefinitions(_output);
            }
            else if (category == DebugLevels.Identity)
            {
                _identity.Print(_output, level);
            }
        }
    }

    /// <summary>A name of one character, or of several in braces, and what stands behind it.</summary>
    private static string NameAt(string line, int at, out string value)
    {
        int end = line[at] == '{' && line.IndexOf('}', at) is > 0 and var brace ? brace + 1 : at + 1;
        value = line[end..].Trim();
        return line[at..end];
    }
}
