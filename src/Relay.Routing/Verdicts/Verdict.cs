using System.Text;

namespace Relay.Routing.Verdicts;

/// <summary>The outcome of a check, with the complete reply or the reason where there is one.</summary>
public readonly struct Verdict
{
    private Verdict(VerdictKind kind, byte[]? text)
    {
        Kind = kind;
        Text = text;
    }

    public static Verdict Accept => default;

    public static Verdict Allow => new(VerdictKind.Allow, null);

    public static Verdict Discard => new(VerdictKind.Discard, null);

    public VerdictKind Kind { get; }

    /// <summary>
    /// For <see cref="VerdictKind.Refuse"/> the complete reply without CRLF, e.g. <c>550 5.7.1 &lt;a&gt;... no</c>; for
    /// <see cref="VerdictKind.Hold"/> the reason.
    /// </summary>
    public byte[]? Text { get; }

    /// <summary>The session goes on as if nothing had been said.</summary>
    public bool IsAccepted => Kind <= VerdictKind.Allow;

    /// <summary>Refused for now only.</summary>
    public bool IsTemporary => Kind == VerdictKind.Refuse && Text![0] == (byte)'4';

    public static Verdict Refuse(byte[] reply) => new(VerdictKind.Refuse, reply);

    public static Verdict Hold(byte[] reason) => new(VerdictKind.Hold, reason);

    public override string ToString() =>
        Text is null ? Kind.ToString() : $"{Kind}: {Encoding.UTF8.GetString(Text)}";
}
