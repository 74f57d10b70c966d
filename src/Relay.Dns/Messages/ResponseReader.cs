using System.Buffers.Binary;

namespace Relay.Dns.Messages;

/// <summary>
/// Judges and reads responses. Only records that the chain from the name in question leads to are believed; whatever
/// else a server volunteers is not even looked at. Never throws and always ends, whatever the octets.
/// </summary>
internal static class ResponseReader
{
    /// <summary>CNAMEs from the name in question to the answer.</summary>
    public const int HopsMax = 16;

    private const int TypeNs = 2;
    private const int TypeSoa = 6;
    private const int FlagResponse = 0x8000;
    private const int FlagsOpcode = 0x7800;
    private const int FlagAuthoritative = 0x0400;
    private const int FlagTruncated = 0x0200;
    private const int FlagRecursion = 0x0080;
    private const int FlagAuthentic = 0x0020;
    private const int CodeFormatError = 1;
    private const int CodeNameError = 3;
    private const int CodeNotImplemented = 4;

    /// <summary>Two names of one octet and five numbers.</summary>
    private const int SoaLengthMin = 22;

    /// <param name="query">The question as it was sent.</param>
    /// <param name="nameLength">The length of the name in it.</param>
    /// <param name="overTcp">
    /// Nobody but the server could have sent it, so that the name's case says nothing; and nothing is truncated.
    /// </param>
    public static Response Read(ReadOnlySpan<byte> message, ReadOnlySpan<byte> query, int nameLength, bool overTcp)
    {
        const int Header = QueryWriter.HeaderLength;
        if (message.Length < Header || !message[..2].SequenceEqual(query[..2]))
        {
            return default;
        }

        int flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        if ((flags & FlagResponse) == 0 || (flags & FlagsOpcode) != 0)
        {
            return default;
        }

        int code = flags & 0xF;
        int questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        if (questions == 0 && code is not 0 and not CodeNameError)
        {
            return Refusal(code); // some do not even repeat a question they do not understand
        }

        int length = nameLength + 4;
        if (questions != 1 || message.Length < Header + length)
        {
            return default;
        }

        ReadOnlySpan<byte> asked = query.Slice(Header, length);
        ReadOnlySpan<byte> question = message.Slice(Header, length);
        if (!question[nameLength..].SequenceEqual(asked[nameLength..]) || !IsSameName(question, asked, nameLength))
        {
            return default;
        }

        if (!overTcp && !question.SequenceEqual(asked))
        {
            return new Response(ResponseKind.WrongCase);
        }

        if ((flags & FlagTruncated) != 0)
        {
            return new Response(overTcp ? ResponseKind.ServerFailure : ResponseKind.Truncated);
        }

        return code is 0 or CodeNameError ? ReadSections(message, flags, nameLength) : Refusal(code);
    }

    private static Response Refusal(int code) => new(
        code is CodeFormatError or CodeNotImplemented ? ResponseKind.FormatError : ResponseKind.ServerFailure);

    private static bool IsSameName(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, int length)
    {
        for (int i = 0; i < length; i++)
        {
            int difference = left[i] ^ right[i];
            if (difference != 0 && (difference != 0x20 || (left[i] | 0x20) is < 'a' or > 'z'))
            {
                return false;
            }
        }

        return true;
    }

    private static Response ReadSections(ReadOnlySpan<byte> message, int flags, int nameLength)
    {
        int questionEnd = QueryWriter.HeaderLength + nameLength;
        var type = (DnsRecordType)BinaryPrimitives.ReadUInt16BigEndian(message[questionEnd..]);
        int count = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        Span<byte> name = stackalloc byte[WireName.LengthMax];
        if (!WireName.TryRead(message, QueryWriter.HeaderLength, name, out int length, out _))
        {
            return new Response(ResponseKind.ServerFailure);
        }

        var chain = new AnswerChain(message, name, length, type, questionEnd + 4, count);
        bool exists = (flags & 0xF) != CodeNameError;
        if (!chain.Follow(exists))
        {
            return new Response(ResponseKind.ServerFailure);
        }

        bool isAuthentic = (flags & FlagAuthentic) != 0;
        return chain.IsFound
            ? new Response(
                ResponseKind.Answer, chain.Build(isAuthentic), chain.Ttl, null, chain.Hops, isAuthentic)
            : Deny(message, flags, chain, exists, isAuthentic);
    }

    /// <summary>
    /// There are no records of the type: the name does not exist, has none, or its chain goes on elsewhere; or the
    /// server is lame. The SOA of a zone that holds the name says how long that may be believed (RFC 2308 §5).
    /// </summary>
    private static Response Deny(
        ReadOnlySpan<byte> message, int flags, in AnswerChain chain, bool exists, bool isAuthentic)
    {
        if (!TryReadAuthority(message, chain, out long negativeTtl, out bool isReferral))
        {
            return new Response(ResponseKind.ServerFailure);
        }

        if (exists && negativeTtl < 0)
        {
            if (chain.Hops > 0)
            {
                byte[] next = chain.Name.ToArray();
                return new Response(ResponseKind.Answer, null, chain.Ttl, next, chain.Hops, isAuthentic);
            }

            if ((flags & FlagAuthoritative) == 0 && (isReferral || (flags & FlagRecursion) == 0))
            {
                return new Response(ResponseKind.ServerFailure); // lame: it sends us elsewhere or knows nothing
            }
        }

        var answer = new DnsAnswer
        {
            Status = exists ? DnsStatus.NoData : DnsStatus.NameError,
            CanonicalName = WireName.ToText(chain.Name),
            IsAuthentic = isAuthentic,
        };
        long ttl = Math.Min(chain.Ttl, negativeTtl);
        return new Response(ResponseKind.Answer, answer, ttl, null, chain.Hops, isAuthentic);
    }

    private static bool TryReadAuthority(
        ReadOnlySpan<byte> message, in AnswerChain chain, out long negativeTtl, out bool isReferral)
    {
        negativeTtl = -1;
        isReferral = false;
        int count = BinaryPrimitives.ReadUInt16BigEndian(message[8..]);
        var records = new RecordReader(message, chain.End);
        Span<byte> owner = stackalloc byte[WireName.LengthMax];
        for (; count > 0; count--)
        {
            if (!records.TryRead(owner, out int ownerLength))
            {
                return false;
            }

            isReferral |= records.Type == TypeNs;
            if (records.Type == TypeSoa && records.Class == RecordReader.ClassIn
                && records.DataLength >= SoaLengthMin && WireName.IsAtOrBelow(chain.Name, owner[..ownerLength]))
            {
                uint minimum = BinaryPrimitives.ReadUInt32BigEndian(records.Data[^4..]);
                negativeTtl = Math.Min(records.Ttl, minimum > int.MaxValue ? 0 : minimum);
            }
        }

        return true;
    }
}
