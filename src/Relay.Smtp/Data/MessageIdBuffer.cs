using System.Runtime.CompilerServices;

namespace Relay.Smtp.Data;

/// <summary>Room for a Message-ID inside <see cref="HeaderScanner"/>.</summary>
[InlineArray(Length)]
internal struct MessageIdBuffer
{
    public const int Length = 250;

    private byte _element;
}
