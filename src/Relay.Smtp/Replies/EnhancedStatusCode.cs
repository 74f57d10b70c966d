namespace Relay.Smtp.Replies;

/// <summary>An enhanced mail system status code, class.subject.detail (RFC 3463 §2).</summary>
public readonly record struct EnhancedStatusCode(byte Class, ushort Subject, ushort Detail)
{
    /// <summary>No code was given.</summary>
    public static EnhancedStatusCode None => default;

    public bool IsNone => Class == 0;

    public override string ToString() => IsNone ? string.Empty : $"{Class}.{Subject}.{Detail}";
}
