using System.Globalization;
using Relay.Smtp.Replies;

namespace Relay.Delivery.Rules;

/// <summary>Enhanced status codes: <c>4.7.28</c>, <c>4.7.x</c>, <c>x.7.28</c>, or any.</summary>
public readonly record struct EnhancedCodePattern
{
    public const string Expected = "an enhanced status code of which any part may be x, such as 4.7.28, 4.7.x or x.7.1";

    private const int AnyPart = -1;

    private readonly int _class;
    private readonly int _subject;
    private readonly int _detail;

    private EnhancedCodePattern(int statusClass, int subject, int detail)
    {
        _class = statusClass;
        _subject = subject;
        _detail = detail;
    }

    public static EnhancedCodePattern Any { get; } = new(AnyPart, AnyPart, AnyPart);

    private bool IsAny => this == Any;

    public static bool TryParse(string text, out EnhancedCodePattern pattern)
    {
        pattern = Any;
        string[] parts = text.ToLowerInvariant().Split('.');
        Span<int> numbers = stackalloc int[3];
        if (parts.Length != 3)
        {
            return false;
        }

        for (int i = 0; i < 3; i++)
        {
            numbers[i] = AnyPart;
            if (parts[i] != "x"
                && (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])
                    || numbers[i] > 999))
            {
                return false;
            }
        }

        pattern = new EnhancedCodePattern(numbers[0], numbers[1], numbers[2]);
        return numbers[0] is AnyPart or 4 or 5;
    }

    /// <summary>As it may be written.</summary>
    public override string ToString() => IsAny ? "any" : $"{Part(_class)}.{Part(_subject)}.{Part(_detail)}";

    public bool Matches(EnhancedStatusCode code) => IsAny
        || (!code.IsNone
            && (_class == AnyPart || _class == code.Class)
            && (_subject == AnyPart || _subject == code.Subject)
            && (_detail == AnyPart || _detail == code.Detail));

    private static string Part(int number) =>
        number == AnyPart ? "x" : number.ToString(CultureInfo.InvariantCulture);
}
