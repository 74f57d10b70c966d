using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using Relay.Dns;

namespace Relay.Routing.Tests.Support;

/// <summary>
/// A DNS out of lines such as <c>a.example A 192.0.2.1</c>, <c>a.example MX 10 mx.example</c>,
/// <c>1.2.0.192.in-addr.arpa PTR a.example</c>, <c>slow.example TEMP</c>. What is not there does not exist; a name with
/// records of other types has no data. Answers come asynchronously unless <see cref="IsCached"/>.
/// </summary>
internal sealed class ZoneResolver(string zone = "") : IDnsResolver
{
    private readonly string[][] _records =
    [
        .. zone.Split('\n').Select(static l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(static r => r.Length >= 2),
    ];

    public bool IsCached { get; init; }

    /// <summary>The questions, in order: <c>name TYPE</c>.</summary>
    public List<string> Questions { get; } = [];

    public bool TryGetCached(
        ReadOnlySpan<byte> name, DnsRecordType type, [NotNullWhen(true)] out DnsAnswer? answer)
    {
        answer = IsCached ? Answer(Encoding.ASCII.GetString(name), type) : null;
        return IsCached;
    }

    public async ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellation)
    {
        Questions.Add($"{name} {type.ToString().ToUpperInvariant()}");
        await Task.Yield();
        return Answer(name, type);
    }

    private DnsAnswer Answer(string name, DnsRecordType type)
    {
        string[][] own = [.. _records.Where(r => string.Equals(r[0], name, StringComparison.OrdinalIgnoreCase))];
        string[][] fitting =
            [.. own.Where(r => string.Equals(r[1], type.ToString(), StringComparison.OrdinalIgnoreCase))];
        DnsStatus status = own.Any(static r => r[1] == "TEMP") ? DnsStatus.TemporaryFailure
            : fitting.Length > 0 ? DnsStatus.Found
            : own.Length > 0 ? DnsStatus.NoData
            : DnsStatus.NameError;
        return new DnsAnswer
        {
            Status = status,
            CanonicalName = name,
            Addresses = type is DnsRecordType.A or DnsRecordType.Aaaa
                ? [.. fitting.Select(static r => IPAddress.Parse(r[2]))]
                : [],
            Exchanges = type == DnsRecordType.Mx
                ? [.. fitting.Select(static r => new MxRecord(int.Parse(r[2], CultureInfo.InvariantCulture), r[3]))]
                : [],
            Names = type == DnsRecordType.Ptr ? [.. fitting.Select(static r => r[2])] : [],
        };
    }
}
