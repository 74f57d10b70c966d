using System.Globalization;

namespace Relay.Delivery.Rules;

/// <summary>Reply codes: <c>421</c>, <c>45x</c>, <c>4xx</c>, or any.</summary>
public readonly record struct ReplyCodePattern
{
    public const string Expected = "a reply code of three digits of which the last may be x, such as 421, 45x or 4xx";

    private readonly int _first;
    private readonly int _last;

    private ReplyCodePattern(int first, int last)
    {
        _first = first;
        _last = last;
    }

    public static ReplyCodePattern Any { get; } = new(0, int.MaxValue);

    public static bool TryParse(string text, out ReplyCodePattern pattern)
    {
        pattern = Any;
        string digits = text.ToLowerInvariant().TrimEnd('x');
        if (text.Length != 3 || digits.Length == 0 || digits[0] is not ('4' or '5')
            || !digits.All(char.IsAsciiDigit))
        {
            return false;
        }

        pattern = new ReplyCodePattern(
            int.Parse(digits.PadRight(3, '0'), CultureInfo.InvariantCulture),
            int.Parse(digits.PadRight(3, '9'), CultureInfo.InvariantCulture));
        return true;
    }

    /// <summary>As it may be written.</summary>
    public override string ToString()
    {
        string first = _first.ToString(CultureInfo.InvariantCulture);
        return this == Any ? "any" : (_last - _first) switch
        {
            0 => first,
            9 => $"{first[..2]}x",
            _ => $"{first[..1]}xx",
        };
    }

    public bool Matches(int code) => code >= _first && code <= _last;
}
