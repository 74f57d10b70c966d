using System.Net;
using System.Text;
using Relay.Dns.Messages;
using Relay.Testing.Dns;

namespace Relay.Dns.Tests.Messages;

/// <summary>What a response must be to be believed, and what of it is (RFC 5452 §9.1, RFC 2308, RFC 6604).</summary>
public sealed class ResponseReaderTests
{
    private const string Name = "mail.example.test";

    [Fact]
    public void Wrong_id_is_ignored() => AssertKind(ResponseKind.Foreign, r => r.Id ^= 1);

    [Fact]
    public void A_question_is_no_response() => AssertKind(ResponseKind.Foreign, r => r.Without(0x8000));

    [Fact]
    public void Another_opcode_is_ignored() => AssertKind(ResponseKind.Foreign, r => r.With(0x2000));

    [Fact]
    public void Another_question_is_ignored() =>
        AssertKind(ResponseKind.Foreign, r => r.Question = "mail.example.tesu");

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Not_exactly_one_question_is_ignored(int questions) =>
        AssertKind(ResponseKind.Foreign, r => r.Questions = questions);

    [Fact]
    public void Wrong_case_of_one_letter_is_told_apart_by_udp_and_means_nothing_by_tcp()
    {
        DnsQuery query = Query(DnsRecordType.A);
        char[] name = query.WireName.ToCharArray();
        name[0] = (char)(name[0] ^ 0x20);
        byte[] reply = new DnsReply(query) { Question = new string(name) }.Answer(Name, 1, [192, 0, 2, 1]).ToArray();
        Assert.Equal(ResponseKind.WrongCase, Read(query, reply).Kind);
        Assert.Equal(ResponseKind.Answer, Read(query, reply, overTcp: true).Kind);
    }

    [Fact]
    public void Truncation_asks_for_tcp_where_nothing_is_truncated()
    {
        DnsQuery query = Query(DnsRecordType.A);
        byte[] reply = new DnsReply(query).With(0x0200).ToArray();
        Assert.Equal(ResponseKind.Truncated, Read(query, reply).Kind);
        Assert.Equal(ResponseKind.ServerFailure, Read(query, reply, overTcp: true).Kind);
    }

    [Theory]
    [InlineData(1, ResponseKind.FormatError)]
    [InlineData(2, ResponseKind.ServerFailure)]
    [InlineData(4, ResponseKind.FormatError)]
    [InlineData(5, ResponseKind.ServerFailure)]
    [InlineData(9, ResponseKind.ServerFailure)]
    internal void Refusals_have_their_kind_with_and_without_the_question(int code, ResponseKind kind)
    {
        AssertKind(kind, r => r.Code(code));
        AssertKind(kind, r => r.Code(code).Questions = 0);
    }

    [Fact]
    public void Addresses_are_read()
    {
        DnsQuery query = Query(DnsRecordType.A);
        Response response = Read(
            query, new DnsReply(query).Address("192.0.2.1", 60).Address("192.0.2.2", 30).ToArray());
        Assert.Equal(["192.0.2.1", "192.0.2.2"], response.Answer!.Addresses.Select(static a => a.ToString()));
        Assert.Equal((DnsStatus.Found, 30L), (response.Answer.Status, response.Ttl));
        Assert.Equal(Name, response.Answer.CanonicalName);

        query = Query(DnsRecordType.Aaaa);
        response = Read(query, new DnsReply(query).Address("2001:db8::1").ToArray());
        Assert.Equal([IPAddress.Parse("2001:db8::1")], response.Answer!.Addresses);
    }

    [Fact]
    public void Mx_records_are_read_with_the_null_mx()
    {
        DnsQuery query = Query(DnsRecordType.Mx);
        Response response = Read(query, new DnsReply(query)
            .Answer(DnsQuery.Mx, DnsReply.MxOf(10, "B.example.test")).Answer(DnsQuery.Mx, DnsReply.MxOf(0, "."))
            .ToArray());
        Assert.Equal([new MxRecord(10, "b.example.test"), new MxRecord(0, ".")], response.Answer!.Exchanges);
    }

    [Fact]
    public void Ptr_names_and_aliases_are_read()
    {
        foreach (DnsRecordType type in (DnsRecordType[])[DnsRecordType.Ptr, DnsRecordType.Cname])
        {
            DnsQuery query = Query(type);
            byte[] reply = new DnsReply(query).Answer((int)type, DnsReply.NameOf("host.example.test")).ToArray();
            Assert.Equal(["host.example.test"], Read(query, reply).Answer!.Names);
        }
    }

    [Fact]
    public void Strings_of_a_txt_record_are_joined()
    {
        DnsQuery query = Query(DnsRecordType.Txt);
        Response response = Read(query, new DnsReply(query)
            .Answer(DnsQuery.Txt, DnsReply.TextOf("v=spf1 ", "-all")).Answer(DnsQuery.Txt, DnsReply.TextOf(""))
            .ToArray());
        Assert.Equal(["v=spf1 -all", ""], response.Answer!.Data.Select(static d => Encoding.ASCII.GetString(d.Span)));
    }

    [Fact]
    public void Tlsa_records_are_read_as_they_are()
    {
        DnsQuery query = Query(DnsRecordType.Tlsa);
        Response response = Read(query, new DnsReply(query).Answer(DnsQuery.Tlsa, [3, 1, 1, 0xAB]).ToArray());
        Assert.Equal([3, 1, 1, 0xAB], response.Answer!.Data.Single().ToArray());
    }

    [Fact]
    public void Records_of_other_names_are_not_believed()
    {
        DnsQuery query = Query(DnsRecordType.A);
        Response response = Read(query, new DnsReply(query)
            .Answer("other.example.test", 1, [192, 0, 2, 66]).Address("192.0.2.1")
            .Additional(Name, 1, [192, 0, 2, 67]).Authority(Name, 1, [192, 0, 2, 68]).ToArray());
        Assert.Equal([IPAddress.Parse("192.0.2.1")], response.Answer!.Addresses);
    }

    [Fact]
    public void A_chain_of_aliases_is_followed_in_any_order_and_its_least_ttl_counts()
    {
        DnsQuery query = Query(DnsRecordType.A);
        Response response = Read(query, new DnsReply(query)
            .Answer("c.test", 1, [192, 0, 2, 1], 300).Answer("b.test", DnsQuery.Cname, DnsReply.NameOf("c.test"), 7)
            .Answer(DnsQuery.Cname, DnsReply.NameOf("B.test"), 200).ToArray());
        Assert.Equal([IPAddress.Parse("192.0.2.1")], response.Answer!.Addresses);
        Assert.Equal(("c.test", 2, 7L), (response.Answer.CanonicalName, response.Hops, response.Ttl));
    }

    [Theory]
    [InlineData(16, ResponseKind.Answer)]
    [InlineData(17, ResponseKind.ServerFailure)]
    internal void A_chain_has_at_most_16_aliases(int aliases, ResponseKind kind)
    {
        DnsQuery query = Query(DnsRecordType.A);
        var reply = new DnsReply(query);
        for (int i = 0; i < aliases; i++)
        {
            string owner = i == 0 ? Name : $"a{i}.test";
            reply.Answer(owner, DnsQuery.Cname, DnsReply.NameOf($"a{i + 1}.test"));
        }

        reply.Answer($"a{aliases}.test", 1, [192, 0, 2, 1]);
        Assert.Equal(kind, Read(query, reply.ToArray()).Kind);
    }

    [Fact]
    public void A_loop_of_aliases_ends()
    {
        DnsQuery query = Query(DnsRecordType.A);
        byte[] reply = new DnsReply(query).Answer(DnsQuery.Cname, DnsReply.NameOf("b.test"))
            .Answer("b.test", DnsQuery.Cname, DnsReply.NameOf(Name)).ToArray();
        Assert.Equal(ResponseKind.ServerFailure, Read(query, reply).Kind);
    }

    [Fact]
    public void A_chain_that_leaves_the_message_goes_on_with_another_question()
    {
        DnsQuery query = Query(DnsRecordType.A);
        Response response = Read(
            query, new DnsReply(query).Answer(DnsQuery.Cname, DnsReply.NameOf("b.test"), 9).ToArray());
        Assert.Null(response.Answer);
        Assert.Equal(("b.test", 9L), (WireName.ToText(response.Next), response.Ttl));
    }

    [Fact]
    public void No_such_name_lives_as_long_as_the_soa_says()
    {
        Response response = Denied(r => r.Code(3).Soa("example.test", ttl: 500, minimum: 60));
        Assert.Equal((DnsStatus.NameError, 60L), (response.Answer!.Status, response.Ttl));
        response = Denied(r => r.Code(3).Soa("example.test", ttl: 50, minimum: 60));
        Assert.Equal(50, response.Ttl);
    }

    [Fact]
    public void No_data_lives_as_long_as_the_soa_says()
    {
        Response response = Denied(r => r.Soa("example.test", ttl: 500, minimum: 60));
        Assert.Equal((DnsStatus.NoData, 60L), (response.Answer!.Status, response.Ttl));
    }

    [Fact]
    public void Denials_without_soa_or_with_that_of_another_zone_are_not_kept()
    {
        Assert.Equal((DnsStatus.NameError, -1L), StatusAndTtl(Denied(r => r.Code(3))));
        Assert.Equal((DnsStatus.NoData, -1L), StatusAndTtl(Denied(r => { })));
        Assert.Equal(
            (DnsStatus.NameError, -1L), StatusAndTtl(Denied(r => r.Code(3).Soa("other.test", ttl: 500, minimum: 60))));
    }

    [Fact]
    public void No_such_name_at_the_end_of_aliases_is_no_such_name()
    {
        Response response = Denied(
            r => r.Code(3).Answer(DnsQuery.Cname, DnsReply.NameOf("gone.example.test")).Soa("example.test", 500, 60));
        DnsAnswer answer = response.Answer!;
        Assert.Equal(("gone.example.test", DnsStatus.NameError), (answer.CanonicalName, answer.Status));
    }

    [Fact]
    public void A_lame_server_is_a_failure()
    {
        byte[] elsewhere = DnsReply.NameOf("ns.example.test");
        Assert.Equal(
            ResponseKind.ServerFailure, Denied(r => r.Authority("example.test", DnsQuery.Ns, elsewhere)).Kind);
        Assert.Equal(ResponseKind.ServerFailure, Denied(r => r.Without(0x0080)).Kind);
        Assert.Equal(DnsStatus.NoData, Denied(r => r.Without(0x0080).With(0x0400)).Answer!.Status);
    }

    [Fact]
    public void Authenticity_is_what_the_server_says()
    {
        DnsQuery query = Query(DnsRecordType.A);
        Assert.False(Read(query, new DnsReply(query).Address("192.0.2.1").ToArray()).Answer!.IsAuthentic);
        Assert.True(Read(query, new DnsReply(query).With(0x20).Address("192.0.2.1").ToArray()).Answer!.IsAuthentic);
    }

    [Fact]
    public void A_ttl_with_its_highest_bit_set_is_zero()
    {
        DnsQuery query = Query(DnsRecordType.A);
        Assert.Equal(0, Read(query, new DnsReply(query).Address("192.0.2.1", 0x80000000).ToArray()).Ttl);
    }

    [Theory]
    [InlineData(DnsRecordType.A, new byte[] { 1, 2, 3 })]
    [InlineData(DnsRecordType.A, new byte[] { 1, 2, 3, 4, 5 })]
    [InlineData(DnsRecordType.Aaaa, new byte[] { 1, 2, 3, 4 })]
    [InlineData(DnsRecordType.Mx, new byte[] { 0, 10 })]
    [InlineData(DnsRecordType.Mx, new byte[] { 0, 10, 5, 97, 0 })]
    [InlineData(DnsRecordType.Mx, new byte[] { 0, 10, 0, 0 })]
    [InlineData(DnsRecordType.Txt, new byte[] { })]
    [InlineData(DnsRecordType.Txt, new byte[] { 9, 97 })]
    [InlineData(DnsRecordType.Tlsa, new byte[] { 3, 1, 1 })]
    [InlineData(DnsRecordType.Ptr, new byte[] { 1, 97 })]
    public void Data_that_is_none_of_its_type_is_a_failure(DnsRecordType type, byte[] data)
    {
        DnsQuery query = Query(type);
        Assert.Equal(
            ResponseKind.ServerFailure, Read(query, new DnsReply(query).Answer((int)type, data).ToArray()).Kind);
    }

    [Fact]
    public void A_message_cut_anywhere_is_never_an_answer()
    {
        DnsQuery query = Query(DnsRecordType.A);
        byte[] whole = new DnsReply(query).Answer(DnsQuery.Cname, DnsReply.NameOf("b.test"))
            .Answer("b.test", 1, [192, 0, 2, 1]).ToArray();
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.NotEqual(ResponseKind.Answer, Read(query, whole[..length]).Kind);
        }

        Assert.Equal(ResponseKind.Answer, Read(query, whole).Kind);
    }

    internal static DnsQuery Query(DnsRecordType type, string text = Name)
    {
        byte[] name = new byte[WireName.LengthMax];
        Assert.True(WireName.TryEncode(text, name, out int length));
        byte[] query = new byte[QueryWriter.LengthMax];
        int written = QueryWriter.Write(query, name.AsSpan(0, length), type, edns: true);
        return new DnsQuery(1, query[..written], IsTcp: false, Port: 0);
    }

    internal static Response Read(DnsQuery query, byte[] reply, bool overTcp = false) =>
        ResponseReader.Read(reply, query.Octets, query.WireName.Length + 2, overTcp);

    private static (DnsStatus Status, long Ttl) StatusAndTtl(Response response) =>
        (response.Answer!.Status, response.Ttl);

    private static Response Denied(Action<DnsReply> change)
    {
        DnsQuery query = Query(DnsRecordType.A);
        var reply = new DnsReply(query);
        change(reply);
        return Read(query, reply.ToArray());
    }

    private static void AssertKind(ResponseKind kind, Action<DnsReply> change)
    {
        DnsQuery query = Query(DnsRecordType.A);
        var reply = new DnsReply(query);
        reply.Address("192.0.2.1");
        change(reply);
        Assert.Equal(kind, Read(query, reply.ToArray()).Kind);
    }
}
