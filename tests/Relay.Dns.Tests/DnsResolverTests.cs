using System.Net;
using System.Text;
using Relay.Testing;
using Relay.Testing.Dns;

namespace Relay.Dns.Tests;

/// <summary>The resolver against servers that do what real ones do not, with a clock that the test moves.</summary>
public sealed class DnsResolverTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<ScriptedNameServer> _servers = [];

    public async ValueTask DisposeAsync()
    {
        foreach (ScriptedNameServer server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_answer_is_found_and_then_comes_from_the_cache_without_waiting()
    {
        ScriptedNameServer server = Serve(q => new DnsReply(q).Address("192.0.2.1", 60));
        DnsResolver resolver = Resolver();
        Assert.False(resolver.TryGetCached("example.test"u8, DnsRecordType.A, out _));

        DnsAnswer answer = await AskAsync(resolver, "Example.TEST.");
        Assert.Equal([IPAddress.Parse("192.0.2.1")], answer.Addresses);

        ValueTask<DnsAnswer> again = resolver.QueryAsync("example.test", DnsRecordType.A, CancellationToken.None);
        Assert.True(again.IsCompletedSuccessfully);
        Assert.Same(answer, await again);
        Assert.True(resolver.TryGetCached("eXample.test."u8, DnsRecordType.A, out DnsAnswer? cached));
        Assert.Same(answer, cached);
        Assert.False(resolver.TryGetCached("example.test"u8, DnsRecordType.Aaaa, out _));
        Assert.Single(server.Queries);

        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.False(resolver.TryGetCached("example.test"u8, DnsRecordType.A, out _));
        await AskAsync(resolver);
        Assert.Equal(2, server.Queries.Count);
    }

    [Fact]
    public async Task A_hit_allocates_nothing()
    {
        Serve(q => new DnsReply(q).Address("192.0.2.1", 60));
        DnsResolver resolver = Resolver();
        await AskAsync(resolver);
        long allocated = 1;
        for (int round = 0; round < 3 && allocated > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                resolver.TryGetCached("Example.test"u8, DnsRecordType.A, out _);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public async Task Equal_questions_at_one_time_are_asked_once()
    {
        ScriptedNameServer server = Serve(q => q.Number == 1 ? null : new DnsReply(q).Address("192.0.2.1"));
        DnsResolver resolver = Resolver();
        Task<DnsAnswer>[] asked = [.. Enumerable.Range(0, 20).Select(_ => AskAsync(resolver))];
        await server.WhenQueriesAsync(1);
        _time.Advance(TimeSpan.FromSeconds(3));
        DnsAnswer[] answers = await Task.WhenAll(asked);
        Assert.All(answers, a => Assert.Same(answers[0], a));
        Assert.Equal(2, server.Queries.Count);
    }

    [Fact]
    public async Task A_caller_may_give_up_while_others_wait_on()
    {
        ScriptedNameServer server = Serve(q => q.Number == 1 ? null : new DnsReply(q).Address("192.0.2.1"));
        DnsResolver resolver = Resolver();
        using var cancellation = new CancellationTokenSource();
        Task<DnsAnswer> impatient =
            resolver.QueryAsync("example.test", DnsRecordType.A, cancellation.Token).AsTask();
        Task<DnsAnswer> patient = AskAsync(resolver);
        await server.WhenQueriesAsync(1);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(DnsStatus.Found, (await patient).Status);
    }

    [Fact]
    public async Task Every_question_has_its_own_port_id_and_case()
    {
        ScriptedNameServer server = Serve(q => new DnsReply(q).Code(3));
        DnsResolver resolver = Resolver();
        for (int i = 0; i < 30; i++)
        {
            await AskAsync(resolver, "a-name-of-many-letters.example.test");
        }

        Assert.InRange(server.Queries.Select(static q => q.Port).Distinct().Count(), 20, 30);
        Assert.InRange(server.Queries.Select(static q => q.Id).Distinct().Count(), 28, 30);
        Assert.InRange(server.Queries.Select(static q => q.WireName).Distinct().Count(), 28, 30);
        Assert.All(server.Queries, static q => Assert.True(q.HasEdns));
    }

    [Fact]
    public async Task Forged_datagrams_are_ignored_until_the_right_one_comes()
    {
        ScriptedNameServer server = Serve(q =>
        [
            new DnsReply(q) { Id = q.Id ^ 0x100 }.Address("192.0.2.66").ToArray(),
            new DnsReply(q) { Question = "other.test" }.Address("192.0.2.66").ToArray(),
            new DnsReply(q).Without(0x8000).Address("192.0.2.66").ToArray(),
            [1, 2, 3],
            [],
            new DnsReply(q).Address("192.0.2.1").ToArray(),
        ]);
        Assert.Equal([IPAddress.Parse("192.0.2.1")], (await AskAsync(Resolver())).Addresses);
        Assert.Single(server.Queries);
    }

    [Fact]
    public async Task A_flood_of_forged_datagrams_makes_tcp_decide()
    {
        ScriptedNameServer server = Serve(q => q.IsTcp
            ? [new DnsReply(q).Address("192.0.2.1").ToArray()]
            : Enumerable.Range(1, 20).Select(i => new DnsReply(q) { Id = q.Id ^ i }.Address("192.0.2.66").ToArray()));
        Assert.Equal([IPAddress.Parse("192.0.2.1")], (await AskAsync(Resolver())).Addresses);
        Assert.True(server.Queries[^1].IsTcp);
    }

    [Fact]
    public async Task Wrong_case_is_not_believed_and_tcp_decides()
    {
        ScriptedNameServer server = Serve(q => q.IsTcp
            ? new DnsReply(q) { Question = q.Name }.Answer(q.Name, 1, [192, 0, 2, 1])
            : new DnsReply(q) { Question = Swap(q.WireName) }.Answer(q.Name, 1, [192, 0, 2, 66]));
        Assert.Equal([IPAddress.Parse("192.0.2.1")], (await AskAsync(Resolver())).Addresses);
        Assert.Equal([false, true], server.Queries.Select(static q => q.IsTcp));
    }

    [Fact]
    public async Task Datagrams_of_another_source_never_arrive()
    {
        using var stranger = new System.Net.Sockets.UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        ScriptedNameServer server = Serve(q =>
        {
            if (!q.IsTcp)
            {
                byte[] forged = new DnsReply(q).Address("192.0.2.66").ToArray();
                stranger.Send(forged, new IPEndPoint(IPAddress.Loopback, q.Port));
            }

            return new DnsReply(q).Address("192.0.2.1");
        });
        Assert.Equal([IPAddress.Parse("192.0.2.1")], (await AskAsync(Resolver())).Addresses);
        Assert.Single(server.Queries);
    }

    [Fact]
    public async Task Truncation_is_asked_again_by_tcp()
    {
        ScriptedNameServer server = Serve(q => q.IsTcp ? Many(q) : new DnsReply(q).With(0x0200));
        DnsAnswer answer = await AskAsync(Resolver());
        Assert.Equal(400, answer.Addresses.Count);
        Assert.Equal([false, true], server.Queries.Select(static q => q.IsTcp));
    }

    [Fact]
    public async Task A_server_without_edns_is_asked_without_from_then_on()
    {
        ScriptedNameServer server = Serve(q =>
            q.HasEdns ? new DnsReply(q) { Questions = 0 }.Code(1) : new DnsReply(q).Address("192.0.2.1"));
        DnsResolver resolver = Resolver();
        Assert.Equal(DnsStatus.Found, (await AskAsync(resolver)).Status);
        Assert.Equal(DnsStatus.Found, (await AskAsync(resolver, "second.test")).Status);
        Assert.Equal([true, false, false], server.Queries.Select(static q => q.HasEdns));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(4)]
    public async Task A_server_that_fails_is_followed_by_the_next(int code)
    {
        ScriptedNameServer first = Serve(q => new DnsReply(q).Code(code));
        ScriptedNameServer second = Serve(q => new DnsReply(q).Address("192.0.2.1"));
        Assert.Equal(DnsStatus.Found, (await AskAsync(Resolver())).Status);
        Assert.NotEmpty(first.Queries);
        Assert.Single(second.Queries);
    }

    [Fact]
    public async Task When_all_servers_fail_it_is_temporary_and_soon_tried_again()
    {
        bool fails = true;
        ScriptedNameServer first = Serve(q => Volatile.Read(ref fails)
            ? new DnsReply(q).Code(2) : new DnsReply(q).Address("192.0.2.1"));
        ScriptedNameServer second = Serve(q => new DnsReply(q).Code(5));
        DnsResolver resolver = Resolver();
        Assert.Equal(DnsStatus.TemporaryFailure, (await AskAsync(resolver)).Status);
        Assert.Equal((1, 1), (first.Queries.Count, second.Queries.Count));
        Volatile.Write(ref fails, false);
        Assert.Equal(DnsStatus.TemporaryFailure, (await AskAsync(resolver)).Status);
        Assert.Single(first.Queries);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(DnsStatus.Found, (await AskAsync(resolver)).Status);
    }

    [Fact]
    public async Task A_lame_server_is_followed_by_the_next()
    {
        byte[] elsewhere = DnsReply.NameOf("ns.test");
        Serve(q => new DnsReply(q).Authority("test", DnsQuery.Ns, elsewhere));
        Serve(q => new DnsReply(q).Address("192.0.2.1"));
        Assert.Equal(DnsStatus.Found, (await AskAsync(Resolver())).Status);
    }

    [Fact]
    public async Task Garbage_is_followed_by_the_next_server()
    {
        Serve(q => new DnsReply(q).Answer(1, [1, 2, 3]));
        Serve(q => new DnsReply(q).Address("192.0.2.1"));
        Assert.Equal(DnsStatus.Found, (await AskAsync(Resolver())).Status);
    }

    [Fact]
    public async Task A_silent_server_is_left_for_the_next_and_asked_last_for_a_while()
    {
        ScriptedNameServer silent = Serve(_ => default(DnsReply));
        ScriptedNameServer second = Serve(q => new DnsReply(q).Address("192.0.2.1"));
        DnsResolver resolver = Resolver();
        Task<DnsAnswer> asked = AskAsync(resolver);
        await silent.WhenQueriesAsync(1);
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(DnsStatus.Found, (await asked).Status);

        Assert.Equal(DnsStatus.Found, (await AskAsync(resolver, "second.test")).Status);
        Assert.Single(silent.Queries);
        Assert.Equal(2, second.Queries.Count);

        _time.Advance(TimeSpan.FromSeconds(31));
        asked = AskAsync(resolver, "third.test");
        await silent.WhenQueriesAsync(2);
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(DnsStatus.Found, (await asked).Status);
    }

    [Fact]
    public async Task Rounds_over_silent_servers_take_longer_and_end_in_a_temporary_failure()
    {
        ScriptedNameServer silent = Serve(_ => default(DnsReply));
        Task<DnsAnswer> asked = AskAsync(Resolver());
        await silent.WhenQueriesAsync(1);
        _time.Advance(TimeSpan.FromSeconds(3));
        await silent.WhenQueriesAsync(2);
        _time.Advance(TimeSpan.FromSeconds(5.9));
        Assert.False(asked.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(DnsStatus.TemporaryFailure, (await asked).Status);
        Assert.Equal(2, silent.Queries.Count);
    }

    [Fact]
    public async Task Where_no_server_is_the_failure_is_temporary_at_once()
    {
        ScriptedNameServer gone = Serve(_ => default(DnsReply));
        DnsResolver resolver = Resolver();
        await gone.DisposeAsync();
        Assert.Equal(DnsStatus.TemporaryFailure, (await AskAsync(resolver)).Status);
    }

    [Fact]
    public async Task A_server_that_cuts_tcp_is_followed_by_the_next()
    {
        Serve(q => q.IsTcp ? [] : [new DnsReply(q).With(0x0200).ToArray()]);
        Serve(q => new DnsReply(q).Address("192.0.2.1"));
        Assert.Equal(DnsStatus.Found, (await AskAsync(Resolver())).Status);
    }

    [Theory]
    [InlineData(3, DnsStatus.NameError)]
    [InlineData(0, DnsStatus.NoData)]
    public async Task A_denial_is_kept_as_long_as_its_soa_says(int code, DnsStatus status)
    {
        ScriptedNameServer server = Serve(q => new DnsReply(q).Code(code).Soa("test", ttl: 900, minimum: 120));
        DnsResolver resolver = Resolver();
        Assert.Equal(status, (await AskAsync(resolver)).Status);
        _time.Advance(TimeSpan.FromSeconds(119));
        Assert.Equal(status, (await AskAsync(resolver)).Status);
        Assert.Single(server.Queries);
        _time.Advance(TimeSpan.FromSeconds(1));
        await AskAsync(resolver);
        Assert.Equal(2, server.Queries.Count);
    }

    [Fact]
    public async Task A_denial_without_soa_is_asked_again()
    {
        ScriptedNameServer server = Serve(q => new DnsReply(q).Code(3));
        DnsResolver resolver = Resolver();
        Assert.Equal(DnsStatus.NameError, (await AskAsync(resolver)).Status);
        Assert.Equal(DnsStatus.NameError, (await AskAsync(resolver)).Status);
        Assert.Equal(2, server.Queries.Count);
    }

    [Fact]
    public async Task Ttls_are_held_to_their_bounds()
    {
        ScriptedNameServer server = Serve(q => q.Name switch
        {
            "zero.test" => new DnsReply(q).Address("192.0.2.1", 0),
            "long.test" => new DnsReply(q).Address("192.0.2.1", 10_000_000),
            _ => new DnsReply(q).Code(3).Soa("test", 1_000_000, 1_000_000),
        });
        DnsResolver resolver = Resolver();
        foreach ((string name, int seconds) in ((string, int)[])
            [("zero.test", 1), ("long.test", 24 * 3600), ("no.test", 3600)])
        {
            var life = TimeSpan.FromSeconds(seconds);
            await AskAsync(resolver, name);
            _time.Advance(life - TimeSpan.FromMilliseconds(1));
            Assert.True(resolver.TryGetCached(Encoding.ASCII.GetBytes(name), DnsRecordType.A, out _), name);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.False(resolver.TryGetCached(Encoding.ASCII.GetBytes(name), DnsRecordType.A, out _), name);
        }

        Assert.Equal(3, server.Queries.Count);
    }

    [Fact]
    public async Task Chains_go_on_across_questions_and_the_least_ttl_and_authenticity_count()
    {
        Serve(q => q.Name switch
        {
            "example.test" => new DnsReply(q).Answer(DnsQuery.Cname, DnsReply.NameOf("b.test"), 20),
            "b.test" => new DnsReply(q).With(0x20).Answer(DnsQuery.Cname, DnsReply.NameOf("c.test"), 300),
            _ => new DnsReply(q).With(0x20).Address("192.0.2.1", 300),
        });
        DnsResolver resolver = Resolver();
        DnsAnswer answer = await AskAsync(resolver);
        Assert.Equal(("c.test", false), (answer.CanonicalName, answer.IsAuthentic));
        Assert.Single(answer.Addresses);
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.False(resolver.TryGetCached("example.test"u8, DnsRecordType.A, out _));
        Assert.True((await AskAsync(resolver, "b.test")).IsAuthentic);
    }

    [Theory]
    [InlineData(16, DnsStatus.Found)]
    [InlineData(17, DnsStatus.TemporaryFailure)]
    public async Task Chains_across_questions_have_at_most_16_aliases(int aliases, DnsStatus status)
    {
        ScriptedNameServer server = Serve(q =>
        {
            int number = int.Parse(q.Name[1..^".test".Length]);
            return number < aliases
                ? new DnsReply(q).Answer(DnsQuery.Cname, DnsReply.NameOf($"a{number + 1}.test"))
                : new DnsReply(q).Address("192.0.2.1");
        });
        Assert.Equal(status, (await AskAsync(Resolver(), "a0.test")).Status);
        Assert.InRange(server.Queries.Count, 17, 18);
    }

    [Fact]
    public async Task A_loop_of_aliases_across_questions_ends()
    {
        Serve(q => new DnsReply(q).Answer(
            DnsQuery.Cname, DnsReply.NameOf(q.Name == "example.test" ? "b.test" : "example.test")));
        Assert.Equal(DnsStatus.TemporaryFailure, (await AskAsync(Resolver())).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData("exämple.test")]
    public async Task A_name_that_cannot_exist_does_not(string name)
    {
        ScriptedNameServer server = Serve(q => new DnsReply(q).Address("192.0.2.1"));
        Assert.Equal(DnsStatus.NameError, (await AskAsync(Resolver(), name)).Status);
        Assert.True(Resolver().TryGetCached(Encoding.UTF8.GetBytes(name), DnsRecordType.A, out DnsAnswer? answer));
        Assert.Equal(DnsStatus.NameError, answer.Status);
        Assert.Empty(server.Queries);
    }

    [Fact]
    public async Task Servers_come_from_resolv_conf_with_the_port_of_the_options()
    {
        ScriptedNameServer server = Serve(q => new DnsReply(q).Address("192.0.2.1"));
        string path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "nameserver 127.0.0.1\n");
        var resolver = new DnsResolver(new DnsOptions { ResolvConf = path, Port = server.EndPoint.Port }, _time);
        Assert.Equal(DnsStatus.Found, (await AskAsync(resolver)).Status);
        File.Delete(path);
    }

    [Fact]
    public async Task Many_questions_at_once_are_all_answered()
    {
        // Datagrams may be lost in such a crowd, so that this needs a clock that goes on, and questions asked again until
        // the server, which may be slow, has got to them.
        ScriptedNameServer server = Serve(q => new DnsReply(q).Address("192.0.2.1"));
        var resolver = new DnsResolver(
            new DnsOptions { Servers = [server.EndPoint], Timeout = TimeSpan.FromSeconds(2), Attempts = 25 },
            TimeProvider.System);
        DnsAnswer[] answers = await Task.WhenAll(
            Enumerable.Range(0, 600).Select(i => AskAsync(resolver, $"n{i}.test")));
        Assert.All(answers, static a => Assert.Equal(DnsStatus.Found, a.Status));
    }

    private static DnsReply Many(DnsQuery query)
    {
        var reply = new DnsReply(query);
        for (int i = 0; i < 400; i++)
        {
            reply.Address($"192.0.{i / 200}.{i % 200}");
        }

        return reply;
    }

    private static string Swap(string name) =>
        string.Concat(name.Select(static c => char.IsLetter(c) ? (char)(c ^ 0x20) : c));

    private static Task<DnsAnswer> AskAsync(DnsResolver resolver, string name = "example.test") =>
        resolver.QueryAsync(name, DnsRecordType.A, CancellationToken.None).AsTask()
            .WaitAsync(TimeSpan.FromSeconds(60));

    private ScriptedNameServer Serve(Func<DnsQuery, DnsReply?> script)
    {
        var server = new ScriptedNameServer(script);
        _servers.Add(server);
        return server;
    }

    private ScriptedNameServer Serve(Func<DnsQuery, IEnumerable<byte[]>> script)
    {
        var server = new ScriptedNameServer(script);
        _servers.Add(server);
        return server;
    }

    private DnsResolver Resolver() => new(
        new DnsOptions { Servers = [.. _servers.Select(static s => s.EndPoint)] }, _time);
}
