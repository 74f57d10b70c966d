namespace Relay.LoadGenerator.Source;

/// <summary>What a reply answers.</summary>
internal enum ReplyStage : byte
{
    Greeting,
    Hello,
    Mail,
    Rcpt,
    Data,
    Content,
    Reset,
    Quit,
}
