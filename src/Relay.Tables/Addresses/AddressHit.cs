using System.Diagnostics;
using System.Text;

namespace Relay.Tables.Addresses;

/// <summary>The entry of virtusertable or genericstable that was found.</summary>
/// <param name="Entry">Its key, value, file and line.</param>
/// <param name="IsError">True if the value refuses: see <see cref="Reply"/>.</param>
/// <param name="Reply">The refusal.</param>
public readonly record struct AddressHit(TableEntry Entry, bool IsError, TableReply Reply)
{
    /// <summary>True if the value has <c>%</c>: see <see cref="Expand"/>.</summary>
    public bool HasParameters => Entry.Value.Span.Contains((byte)'%');

    /// <summary>
    /// The address that the value gives: <c>%1</c> is the local part without its detail, <c>%2</c> the detail,
    /// <c>%3</c> the detail with its <c>+</c>.
    /// </summary>
    /// <param name="localPart">The local part that was looked up, without quotes.</param>
    /// <returns>The name, which may need quotes, and the domain; null without one.</returns>
    public (byte[] Name, byte[]? Domain) Expand(ReadOnlySpan<byte> localPart)
    {
        int plus = localPart.IndexOf((byte)'+');
        bool hasDetail = plus > 0;
        string user = Encoding.UTF8.GetString(hasDetail ? localPart[..plus] : localPart);
        string detail = hasDetail ? Encoding.UTF8.GetString(localPart[(plus + 1)..]) : string.Empty;
        string value = Encoding.UTF8.GetString(Entry.Value.Span);
        int at = value.LastIndexOf('@'); // of the value's own: what takes a parameter's place has no say
        string name = at < 0 ? value : value[..at];
        name = name is ['"', .., '"'] ? name[1..^1] : name;
        return (Part(name), at < 0 ? null : Part(value[(at + 1)..]));

        byte[] Part(string text) => Encoding.UTF8.GetBytes(
            Parameters.Expand(text, user, detail, hasDetail ? "+" + detail : string.Empty));
    }

    internal static AddressHit Of(TableEntry entry)
    {
        bool isError = AddressValue.IsError(entry.Value.Span);
        TableReply reply = default;
        if (isError)
        {
            bool isReply =
                TableReply.TryParse(AddressValue.ErrorOf(entry.Value), keywords: true, out reply, out _);
            Debug.Assert(isReply, "the reader checks every refusal");
        }

        return new AddressHit(entry, isError, reply);
    }
}
