using System.Net;
using System.Text;
using Relay.Queue;
using Relay.Smtp;

namespace Relay.Server.Tests.Fixtures;

/// <summary>A message as it reached the queue.</summary>
internal sealed record RecordedMessage(
    QueueId Id,
    string ReversePath,
    IReadOnlyList<RecordedRecipient> Recipients,
    string Prologue,
    byte[] Content,
    ContentFlags Flags,
    long StuffedDotCount,
    BodyType Body,
    bool SmtpUtf8,
    DsnReturn Return,
    string EnvelopeId,
    string Helo,
    string Client,
    string? HoldReason,
    string AuthIdentity)
{
    public ArrivalUses ArrivalUses { get; init; }

    public IPAddress? ArrivalAddress { get; init; }

    public TimeSpan FirstWait { get; init; }

    /// <summary>The content in wire form, one character per octet.</summary>
    public string Text => Encoding.Latin1.GetString(Content);
}
