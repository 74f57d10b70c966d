namespace Relay.Dns.Messages;

/// <summary>
/// Follows the CNAMEs of one answer section from the name in question, and collects the records at their end. Records
/// of any other owner are not looked at.
/// </summary>
/// <param name="buffer">At least <see cref="WireName.LengthMax"/> octets that begin with the name in question.</param>
/// <param name="offset">Where the answer section begins.</param>
/// <param name="count">Its records.</param>
internal ref struct AnswerChain(
    ReadOnlySpan<byte> message, Span<byte> buffer, int nameLength, DnsRecordType type, int offset, int count)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private readonly Span<byte> _buffer = buffer;
    private int _nameLength = nameLength;
    private AnswerBuilder _records = new(type);

    /// <summary>Seconds, the least of all records on the way.</summary>
    public long Ttl { get; private set; } = long.MaxValue;

    public int Hops { get; private set; }

    /// <summary>Where the chain has come to.</summary>
    public readonly ReadOnlySpan<byte> Name => _buffer[.._nameLength];

    /// <summary>Where the next section begins.</summary>
    public int End { get; private set; }

    public readonly bool IsFound => _records.Count > 0;

    public readonly DnsAnswer Build(bool isAuthentic) => _records.Build(Name, isAuthentic);

    /// <summary>False if the section cannot be read or the chain is too long.</summary>
    /// <param name="exists">
    /// False: the server says that the name at the end does not exist, so there are no records, but maybe aliases.
    /// </param>
    public bool Follow(bool exists)
    {
        Span<byte> target = stackalloc byte[WireName.LengthMax];
        while (true)
        {
            if (!Scan(exists, target, out int targetLength) || Hops > ResponseReader.HopsMax)
            {
                return false;
            }

            if (IsFound || targetLength == 0)
            {
                return true;
            }

            Hops++;
            target[..targetLength].CopyTo(_buffer);
            _nameLength = targetLength;
        }
    }

    private bool Scan(bool exists, scoped Span<byte> target, out int targetLength)
    {
        targetLength = 0;
        long aliasTtl = long.MaxValue;
        var records = new RecordReader(_message, offset);
        Span<byte> owner = stackalloc byte[WireName.LengthMax];
        for (int i = 0; i < count; i++)
        {
            if (!records.TryRead(owner, out int ownerLength))
            {
                return false;
            }

            if (records.Class != RecordReader.ClassIn || !owner[..ownerLength].SequenceEqual(Name))
            {
                continue;
            }

            if (records.Type == (ushort)type)
            {
                Ttl = Math.Min(Ttl, records.Ttl);
                if (exists && !_records.TryAdd(records))
                {
                    return false;
                }
            }
            else if (records.Type == (ushort)DnsRecordType.Cname && targetLength == 0)
            {
                aliasTtl = records.Ttl;
                if (!records.TryReadName(0, target, out targetLength))
                {
                    return false;
                }
            }
        }

        End = records.Offset;
        Ttl = IsFound ? Ttl : Math.Min(Ttl, aliasTtl);
        return true;
    }
}
