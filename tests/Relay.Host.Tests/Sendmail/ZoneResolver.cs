using System.Diagnostics.CodeAnalysis;
using System.Net;
using Relay.Dns;

namespace Relay.Host.Tests.Sendmail;

/// <summary>A DNS with the names that a test gives it; all others do not exist.</summary>
internal sealed class ZoneResolver : IDnsResolver
{
    private readonly Dictionary<(string Name, DnsRecordType Type), DnsAnswer> _answers = [];

    public ZoneResolver WithExchanges(string name, params MxRecord[] exchanges) => With(
        name,
        DnsRecordType.Mx,
        new DnsAnswer { Status = DnsStatus.Found, CanonicalName = name, Exchanges = exchanges });

    public ZoneResolver WithAlias(string name, string target) => With(
        name,
        DnsRecordType.A,
        new DnsAnswer { Status = DnsStatus.Found, CanonicalName = target, Addresses = [IPAddress.Parse("192.0.2.7")] });

    public ZoneResolver WithAddress(string name, string address) => With(
        name,
        DnsRecordType.A,
        new DnsAnswer { Status = DnsStatus.Found, CanonicalName = name, Addresses = [IPAddress.Parse(address)] });

    /// <summary>A PTR record of an IPv4 address.</summary>
    public ZoneResolver WithPointer(string address, string name)
    {
        string pointer = $"{string.Join('.', address.Split('.').Reverse())}.in-addr.arpa";
        return With(
            pointer,
            DnsRecordType.Ptr,
            new DnsAnswer { Status = DnsStatus.Found, CanonicalName = pointer, Names = [name] });
    }

    public ZoneResolver WithName(string name) => With(
        name, DnsRecordType.Mx, new DnsAnswer { Status = DnsStatus.NoData, CanonicalName = name });

    public bool TryGetCached(ReadOnlySpan<byte> name, DnsRecordType type, [NotNullWhen(true)] out DnsAnswer? answer)
    {
        answer = null;
        return false;
    }

    public ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellation) =>
        ValueTask.FromResult(_answers.GetValueOrDefault(
            (name, type), new DnsAnswer { Status = DnsStatus.NameError, CanonicalName = name }));

    private ZoneResolver With(string name, DnsRecordType type, DnsAnswer answer)
    {
        _answers[(name, type)] = answer;
        return this;
    }
}
