using System.Buffers;
using System.Text;
using Relay.Routing.Masquerading;

namespace Relay.Host.Submission;

/// <summary>The addresses of a header field or of an argument (RFC 5322 §3.4).</summary>
internal static class AddressList
{
    private static readonly SearchValues<byte> NotInPlainWord =
        SearchValues.Create("@ \t\r\n\"()<>,;:[]\\/|!%"u8);

    private static readonly SearchValues<char> NeedsCleaning = SearchValues.Create(" \t\r\n(");

    /// <summary>Each address without brackets, comments and white space.</summary>
    public static IEnumerable<string> Parse(ReadOnlySpan<byte> list)
    {
        var found = new List<string>();
        var scanner = new AddressScanner(list);
        while (scanner.TryNext(out Range range))
        {
            string address = Bare(Encoding.UTF8.GetString(list[range]));
            if (address.Length > 0)
            {
                found.Add(address);
            }
        }

        return found;
    }

    /// <summary>Puts <c>@host</c> behind each address that has no domain.</summary>
    public static byte[] Qualify(ReadOnlySpan<byte> list, string hostName)
    {
        using var output = new MemoryStream(list.Length + 64);
        var scanner = new AddressScanner(list);
        int copied = 0;
        while (scanner.TryNext(out Range range))
        {
            (int start, int length) = range.GetOffsetAndLength(list.Length);
            ReadOnlySpan<byte> address = list.Slice(start, length);
            if (IsUnqualified(address))
            {
                output.Write(list[copied..(start + length)]);
                output.Write(Encoding.ASCII.GetBytes($"@{hostName}"));
                copied = start + length;
            }
        }

        output.Write(list[copied..]);
        return output.ToArray();
    }

    /// <summary>A plain word: nothing of which one could doubt whether it is an address.</summary>
    private static bool IsUnqualified(ReadOnlySpan<byte> address) =>
        !address.IsEmpty && !address.ContainsAny(NotInPlainWord);

    private static string Bare(string address)
    {
        if (!address.AsSpan().ContainsAny(NeedsCleaning))
        {
            return address;
        }

        var bare = new StringBuilder(address.Length);
        int depth = 0;
        bool isQuoted = false;
        for (int i = 0; i < address.Length; i++)
        {
            char c = address[i];
            switch (c)
            {
                case '\\' when i + 1 < address.Length:
                    i++;
                    _ = depth == 0 ? bare.Append(c).Append(address[i]) : bare;
                    break;
                case '"' when depth == 0:
                    isQuoted = !isQuoted;
                    bare.Append(c);
                    break;
                case '(' when !isQuoted:
                    depth++;
                    break;
                case ')' when !isQuoted && depth > 0:
                    depth--;
                    break;
                case ' ' or '\t' or '\r' or '\n' when !isQuoted:
                    break;
                default:
                    _ = depth == 0 ? bare.Append(c) : bare;
                    break;
            }
        }

        return bare.ToString();
    }
}
