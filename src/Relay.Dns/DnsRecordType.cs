namespace Relay.Dns;

/// <summary>The record types that mail needs, with their numbers on the wire (RFC 1035 §3.2.2 and later).</summary>
public enum DnsRecordType : ushort
{
    None = 0,
    A = 1,
    Cname = 5,
    Ptr = 12,
    Mx = 15,
    Txt = 16,
    Aaaa = 28,
    Tlsa = 52,
}
