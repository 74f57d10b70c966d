using System.Buffers.Binary;
using System.Net;

namespace Relay.Dns.Messages;

/// <summary>Collects the records of one type that make up an answer.</summary>
internal struct AnswerBuilder(DnsRecordType type)
{
    /// <summary>
    /// What follows is dropped: nobody has as many mail servers, and a cache of such answers has a bound.
    /// </summary>
    private const int RecordsMax = 500;

    private List<IPAddress>? _addresses;
    private List<MxRecord>? _exchanges;
    private List<string>? _names;
    private List<ReadOnlyMemory<byte>>? _data;

    public int Count { get; private set; }

    /// <summary>False if the record's data cannot be read.</summary>
    public bool TryAdd(in RecordReader record)
    {
        if (Count >= RecordsMax)
        {
            return true;
        }

        Count++;
        ReadOnlySpan<byte> data = record.Data;
        switch (type)
        {
            case DnsRecordType.A when data.Length == 4:
            case DnsRecordType.Aaaa when data.Length == 16:
                (_addresses ??= []).Add(new IPAddress(data));
                return true;

            case DnsRecordType.Mx:
                return TryAddExchange(record);

            case DnsRecordType.Ptr or DnsRecordType.Cname:
                Span<byte> name = stackalloc byte[WireName.LengthMax];
                bool isName = record.TryReadName(0, name, out int length);
                if (isName)
                {
                    (_names ??= []).Add(WireName.ToText(name[..length]));
                }

                return isName;

            case DnsRecordType.Txt:
                return TryAddText(data);

            case DnsRecordType.Tlsa:
                (_data ??= []).Add(data.ToArray());
                return data.Length > 3; // RFC 6698 §2.1: three octets, then the association

            default:
                return false;
        }
    }

    public readonly DnsAnswer Build(ReadOnlySpan<byte> canonicalName, bool isAuthentic) => new()
    {
        Status = DnsStatus.Found,
        CanonicalName = WireName.ToText(canonicalName),
        IsAuthentic = isAuthentic,
        Addresses = _addresses?.ToArray() ?? [],
        Exchanges = _exchanges?.ToArray() ?? [],
        Names = _names?.ToArray() ?? [],
        Data = _data?.ToArray() ?? [],
    };

    private bool TryAddExchange(in RecordReader record)
    {
        Span<byte> name = stackalloc byte[WireName.LengthMax];
        if (record.DataLength < 3 || !record.TryReadName(2, name, out int length))
        {
            return false;
        }

        int preference = BinaryPrimitives.ReadUInt16BigEndian(record.Data);
        (_exchanges ??= []).Add(new MxRecord(preference, WireName.ToText(name[..length])));
        return true;
    }

    private bool TryAddText(ReadOnlySpan<byte> data)
    {
        int length = 0;
        for (int at = 0; at < data.Length; at += 1 + data[at])
        {
            length += data[at];
            if (at + 1 + data[at] > data.Length)
            {
                return false;
            }
        }

        byte[] text = new byte[length];
        int write = 0;
        for (int at = 0; at < data.Length; at += 1 + data[at])
        {
            data.Slice(at + 1, data[at]).CopyTo(text.AsSpan(write));
            write += data[at];
        }

        (_data ??= []).Add(text);
        return data.Length > 0;
    }
}
