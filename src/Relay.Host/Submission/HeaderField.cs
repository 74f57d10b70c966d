using System.Text;

namespace Relay.Host.Submission;

/// <summary>One field of a header section as it stands, folded lines and line end included.</summary>
/// <param name="Octets">The whole field; its line ends are as they were read.</param>
/// <param name="NameLength">The name's length, without blanks behind it.</param>
internal readonly record struct HeaderField(ReadOnlyMemory<byte> Octets, int NameLength)
{
    public ReadOnlySpan<byte> Name => Octets.Span[..NameLength];

    /// <summary>Where the body begins: behind the colon.</summary>
    public int BodyStart => Octets.Span.IndexOf((byte)':') + 1;

    public ReadOnlySpan<byte> Body => Octets.Span[BodyStart..];

    public bool Is(ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(Name, name);
}
