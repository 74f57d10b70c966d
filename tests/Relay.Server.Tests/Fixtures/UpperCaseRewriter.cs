using System.Buffers;
using System.Text;
using Relay.Server.Policies;
using Relay.Smtp;

namespace Relay.Server.Tests.Fixtures;

/// <summary>Writes header sections in upper case and adds a field; leaves those with "KEEP" in them alone.</summary>
internal sealed class UpperCaseRewriter : IHeaderRewriter
{
    public bool IsNeeded { get; set; } = true;

    public List<string> Seen { get; } = [];

    public bool Rewrite(
        ClientIdentity client, Envelope envelope, ReadOnlySpan<byte> header, IBufferWriter<byte> output)
    {
        string text = Encoding.Latin1.GetString(header);
        Seen.Add(text);
        output.Write(Encoding.Latin1.GetBytes($"X-Recipients: {envelope.RecipientCount}\r\n{text.ToUpperInvariant()}"));
        return !text.Contains("KEEP", StringComparison.Ordinal);
    }
}
