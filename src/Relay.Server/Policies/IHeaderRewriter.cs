using System.Buffers;
using Relay.Smtp;

namespace Relay.Server.Policies;

/// <summary>
/// Rewrites header sections (domain table, masquerading). Where one is needed, a message's header section is held back
/// until it is complete and may be no longer than 32 KiB (Sendmail's MaxHeadersLength), else 552 5.6.0. Thread-safe.
/// </summary>
public interface IHeaderRewriter
{
    /// <summary>
    /// False: the next message goes through untouched, at no cost. Asked once per message, before its content.
    /// </summary>
    bool IsNeeded { get; }

    /// <summary>Called once per message with its complete header section; must not wait.</summary>
    /// <param name="envelope">With all its recipients.</param>
    /// <param name="header">
    /// Fields in wire form with their CRLFs and, unless the message has no body, the empty line behind them. Without
    /// this hop's trace field.
    /// </param>
    /// <param name="output">Takes the whole new header section in the same form.</param>
    /// <returns>False if nothing changes; what was written to the output is then ignored.</returns>
    bool Rewrite(ClientIdentity client, Envelope envelope, ReadOnlySpan<byte> header, IBufferWriter<byte> output);
}
