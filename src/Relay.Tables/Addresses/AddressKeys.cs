using System.Text;
using Relay.Tables.Text;

namespace Relay.Tables.Addresses;

/// <summary>Keys that are addresses: virtusertable, genericstable.</summary>
internal static class AddressKeys
{
    /// <summary>Adds an entry under its key's one form.</summary>
    public static void Add(
        TextTableBuilder builder,
        TableText text,
        PairLine line,
        ProblemList problems,
        DomainKinds kinds,
        bool needsDomain,
        int payload = 0)
    {
        ReadOnlySpan<byte> key = text.Octets.AsSpan(line.KeyAt, line.KeyLength);
        int at = key.LastIndexOf((byte)'@');
        if ((at < 0 && needsDomain) || at == key.Length - 1)
        {
            problems.Warn(
                line.Number,
                $"\"{Encoding.UTF8.GetString(key)}\" is never looked up; expected user@domain or @domain");
        }

        if (at < 0 || (Ascii.IsValid(key[at..]) && key[^1] != (byte)'.'))
        {
            builder.Add(line, line.KeyLength, payload);
            kinds.Add(key);
            return;
        }

        if (!DomainName.TryToAscii(Encoding.UTF8.GetString(key[(at + 1)..]), out string domain))
        {
            problems.Error(line.Number, $"\"{Encoding.UTF8.GetString(key)}\": what stands behind the @ is no domain");
            return;
        }

        if (domain.EndsWith('.'))
        {
            problems.Note(
                line.Number,
                $"\"{Encoding.UTF8.GetString(key)}\": the dot at the end is ignored (Sendmail would never find this "
                    + "key)");
        }

        string normal = Encoding.UTF8.GetString(key[..(at + 1)]) + domain.TrimEnd('.');
        builder.Add(line, normal, payload);
        kinds.Add(Encoding.UTF8.GetBytes(normal));
    }
}
