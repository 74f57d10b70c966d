namespace Relay.Server.Transactions;

/// <summary>What goes into a <see cref="ReceivedField"/> beside the envelope; a view.</summary>
internal readonly ref struct ReceivedFieldValues
{
    /// <summary>The HELO/EHLO argument, or the client's address literal if there was none.</summary>
    public ReadOnlySpan<byte> Helo { get; init; }

    /// <summary>TCP-info: <c>[1.2.3.4]</c> or <c>name [1.2.3.4]</c>.</summary>
    public ReadOnlySpan<byte> Client { get; init; }

    public ReadOnlySpan<byte> HostName { get; init; }

    /// <summary>See <see cref="TransmissionType"/>.</summary>
    public ReadOnlySpan<byte> Protocol { get; init; }

    /// <summary>The queue id, printed.</summary>
    public ReadOnlySpan<byte> Id { get; init; }

    /// <summary><c>(version=… cipher=… bits=… verify=…)</c>; empty without TLS.</summary>
    public ReadOnlySpan<byte> Tls { get; init; }

    public ReadOnlySpan<byte> Date { get; init; }
}
