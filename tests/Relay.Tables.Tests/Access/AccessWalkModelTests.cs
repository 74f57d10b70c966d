using System.Globalization;
using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Relay.Tables.Access;
using static Relay.Tables.Tests.TestTables;

namespace Relay.Tables.Tests.Access;

/// <summary>
/// The walks against the plainest possible reading of Sendmail's rules: lists of keys, tried one by one.
/// </summary>
public sealed class AccessWalkModelTests
{
    private static readonly string[] s_tags = ["", "connect:", "from:", "to:"];

    [Fact]
    public void Name_walk_finds_what_trying_every_key_in_order_finds()
    {
        Gen<string> name = Gen.Elements("a", "b").NonEmptyListOf()
            .Select(static labels => string.Join('.', labels.Take(5)));
        Check(name, static name => [name], static (table, tag, name) =>
            (table.FindName(tag, Octets(name), exact: false, out AccessHit hit), hit), NameKeys);
    }

    [Fact]
    public void Address_walk_finds_what_trying_every_prefix_and_network_in_order_of_length_finds()
    {
        Gen<string> address = Gen.Choose(0, 3).ArrayOf(4)
            .Select(static octets => string.Join('.', octets));
        Check(
            address,
            static address => AddressKeys(address),
            static (table, tag, address) => (table.FindAddress(tag, IPAddress.Parse(address), out AccessHit hit), hit),
            AddressKeys);
    }

    [Fact]
    public void Mailbox_walk_finds_what_trying_every_key_in_order_finds()
    {
        Gen<string> mailbox = Gen.Elements("j", "j+d", "j+", "+d").SelectMany(
            static local => Gen.Elements("a", "b.a", "c.b.a").Select(domain => $"{local}@{domain}"));
        Check(
            mailbox,
            static mailbox => MailboxKeys(mailbox),
            static (table, tag, mailbox) => (
                table.FindMailbox(
                    tag,
                    Octets(mailbox.Split('@')[0]),
                    Octets(mailbox.Split('@')[1]),
                    userKey: true,
                    out AccessHit hit),
                hit),
            MailboxKeys);
    }

    private static void Check(
        Gen<string> subjects,
        Func<string, IEnumerable<string>> keysOf,
        Func<AccessTable, AccessTag, string, (LookupResult Result, AccessHit Hit)> find,
        Func<string, IEnumerable<string>> order)
    {
        Gen<string> line = subjects.SelectMany(subject => Gen.Elements(keysOf(subject).ToArray()))
            .SelectMany(static key => Gen.Elements(s_tags).SelectMany(tag =>
                Gen.Elements("OK", "REJECT", "SKIP").Select(value => $"{tag}{key} {value}\n")));
        Prop.ForAll(line.ArrayOf().Zip(subjects).ToArbitrary(), pair =>
        {
            (string[] lines, string subject) = pair;
            AccessTable table = AccessOf(string.Concat(lines), out _);
            var model = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (string[] words in lines.Select(static l => l.Trim().Split(' ')))
            {
                model.TryAdd(words[0], words[1]);
            }

            foreach ((AccessTag tag, string written) in
                ((AccessTag, string)[])
                [
                    (AccessTag.Connect, "connect:"), (AccessTag.From, "from:"), (AccessTag.To, "to:"),
                ])
            {
                string? expected = order(subject)
                    .SelectMany(key => (string[])[written + key, key])
                    .FirstOrDefault(model.ContainsKey);
                (LookupResult result, AccessHit hit) = find(table, tag, subject);
                bool isSkipped = expected is not null && model[expected] == "SKIP";
                bool isRight = expected is null || isSkipped
                    ? result == LookupResult.NotFound
                    : result == LookupResult.Found && Show(hit.Entry.Key) == expected;
                if (!isRight || (isSkipped && Show(hit.Entry.Key) != expected))
                {
                    return false;
                }
            }

            return true;
        }).QuickCheckThrowOnFailure();
    }

    private static IEnumerable<string> NameKeys(string name)
    {
        string[] labels = name.Split('.');
        return Enumerable.Range(0, labels.Length).Select(i => string.Join('.', labels[i..]));
    }

    private static IEnumerable<string> AddressKeys(string address)
    {
        uint bits = address.Split('.').Aggregate(
            0u, static (sum, octet) => (sum << 8) | uint.Parse(octet, CultureInfo.InvariantCulture));
        for (int length = 32; length >= 0; length--)
        {
            uint network = length == 0 ? 0 : bits & (uint.MaxValue << (32 - length));
            string[] octets = [.. Enumerable.Range(0, 4).Select(i => $"{(network >> (24 - (8 * i))) & 255}")];
            yield return length > 0 && length % 8 == 0
                ? string.Join('.', octets[..(length / 8)])
                : $"{string.Join('.', octets)}/{length}";
        }
    }

    private static IEnumerable<string> MailboxKeys(string mailbox)
    {
        string local = mailbox.Split('@')[0];
        string domain = mailbox.Split('@')[1];
        int plus = local.IndexOf('+', StringComparison.Ordinal);
        string[] locals = plus > 0 ? [local, local[..plus] + "+*", local[..plus]] : [local];
        return [.. locals.Select(l => $"{l}@{domain}"), .. locals.Select(static l => $"{l}@"), .. NameKeys(domain)];
    }
}
