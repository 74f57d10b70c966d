using System.Buffers;

namespace Relay.Smtp.Commands;

/// <summary>
/// Walks <c>*( SP esmtp-keyword ["=" esmtp-value] )</c> (RFC 5321 §4.1.2; values of RFC 6531 §3.3 may be UTF-8).
/// </summary>
internal ref struct EsmtpParameterReader(ReadOnlySpan<byte> parameters)
{
    private static readonly SearchValues<byte> KeywordOctets =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"u8);

    private ReadOnlySpan<byte> _rest = parameters;

    public ReadOnlySpan<byte> Keyword { get; private set; }

    /// <summary>Empty if there is no value; a value is never empty.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>The parameters break the grammar; reading has ended.</summary>
    public bool IsMalformed { get; private set; }

    public bool Read()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        ReadOnlySpan<byte> text = _rest.TrimStart((byte)' ');
        if (text.IsEmpty)
        {
            return false;
        }

        int keyword = text.IndexOfAnyExcept(KeywordOctets);
        keyword = keyword < 0 ? text.Length : keyword;
        if (text.Length == _rest.Length || keyword == 0 || text[0] == (byte)'-')
        {
            IsMalformed = true; // no space before it, or no keyword
            return false;
        }

        Keyword = text[..keyword];
        Value = default;
        _rest = text[keyword..];
        if (_rest.IsEmpty || _rest[0] == (byte)' ')
        {
            return true;
        }

        int end = _rest.IndexOf((byte)' ');
        ReadOnlySpan<byte> value = end < 0 ? _rest : _rest[..end];
        _rest = _rest[value.Length..];
        Value = value[1..];
        IsMalformed = value[0] != (byte)'=' || Value.IsEmpty || Value.Contains((byte)'=') || HasControl(Value);
        return !IsMalformed;
    }

    private static bool HasControl(ReadOnlySpan<byte> value) =>
        value.ContainsAnyInRange((byte)0, (byte)' ') || value.Contains((byte)0x7F);
}
