using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Relay.Tables.Addresses;
using Relay.Tables.Text;
using static Relay.Tables.Tests.TestTables;

namespace Relay.Tables.Tests.Addresses;

/// <summary>
/// virtusertable and genericstable against the plainest possible reading of Sendmail's rules: lists of keys, tried one
/// by one in a dictionary.
/// </summary>
public sealed class AddressWalkModelTests
{
    /// <summary>Of keys and of addresses, so that most addresses have several keys near them.</summary>
    private static readonly string[] s_locals =
    [
        "", "+", "++", "+*", "+x", "u", "v", "u+", "u+x", "u+y", "u++", "u+*", "v++", "v+*", "u+x+y", "u++x", "@u+x",
        "a-user-with-a-long-name", "a-user-with-a-long-name+and-detail", "a-user-with-a-long-name+*",
    ];

    private static readonly string[] s_domains = ["d", "e.d", "longer.example.com", "x+y", "x@d"];

    [Fact]
    public void Virtusertable_finds_what_trying_every_key_in_order_finds() => Check(
        VirtUserTable.Read,
        static (table, local, domain) =>
            table.Find(Octets(local), Octets(domain), out AddressHit hit) == LookupResult.Found ? hit : null,
        VirtUserKeys);

    [Fact]
    public void Genericstable_finds_what_trying_every_key_in_order_finds() => Check(
        GenericsTable.Read,
        static (table, local, domain) =>
            table.Find(Octets(local), Octets(domain), out AddressHit hit) == LookupResult.Found ? hit : null,
        GenericsKeys);

    private static void Check<T>(
        Func<TableText, ProblemList, T> read,
        Func<T, string, string, AddressHit?> find,
        Func<string, string, IEnumerable<string>> order)
    {
        Gen<(string Local, string Domain)> addresses = Gen.Elements(s_locals).Zip(Gen.Elements(s_domains));
        Gen<string> keys = Gen.OneOf(
            addresses.Select(static a => $"{a.Local}@{a.Domain}"), Gen.Elements("u", "u+*", "v", "u+x"));
        Prop.ForAll(keys.ArrayOf().ToArbitrary(), known =>
        {
            var model = new Dictionary<string, string>(StringComparer.Ordinal);
            var text = new StringBuilder();
            foreach (string key in known)
            {
                model.TryAdd(key, $"v{model.Count}");
                text.Append(CultureInfo.InvariantCulture, $"{key.ToUpperInvariant()} {model[key]}\n");
            }

            T table = Read(text.ToString(), read, out _);
            return s_locals.All(local => s_domains.All(domain =>
            {
                string? expected = order(local, domain).FirstOrDefault(model.ContainsKey);
                AddressHit? found = find(table, local.ToUpperInvariant(), domain);
                return expected is null
                    ? found is null
                    : found is { IsError: false } hit && Show(hit.Entry.Key) == expected
                        && Show(hit.Entry.Value) == model[expected];
            }));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    private static IEnumerable<string> VirtUserKeys(string local, string domain)
    {
        int plus = local.IndexOf('+', StringComparison.Ordinal);
        if (plus <= 0)
        {
            return [$"{local}@{domain}", $"@{domain}"];
        }

        string user = local[..plus];
        bool hasDetail = local.Length > plus + 1;
        IEnumerable<string> keys = [local, hasDetail ? $"{user}++" : local, $"{user}+*", user];
        return [.. keys.Concat([hasDetail ? "++" : local, "+*", ""]).Select(key => $"{key}@{domain}")];
    }

    private static IEnumerable<string> GenericsKeys(string local, string domain)
    {
        int plus = local.IndexOf('+', StringComparison.Ordinal);
        string user = plus > 0 ? local[..plus] : local;
        IEnumerable<string> keys = plus > 0 ? [local, $"{user}+*", user, ""] : [local, ""];
        string[] names = plus > 0 ? [user, $"{user}+*"] : [user];
        return local.Length == 0 ? [] : [.. keys.Select(key => $"{key}@{domain}"), .. names];
    }
}
