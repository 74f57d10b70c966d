namespace Relay.Smtp.Commands;

/// <summary>EHLO, HELO or LHLO (RFC 5321 §4.1.1.1); a view on its line.</summary>
public readonly ref struct HelloCommand
{
    /// <summary>The name as sent, an address literal with its brackets.</summary>
    public ReadOnlySpan<byte> Name { get; init; }

    public bool IsAddressLiteral { get; init; }
}
