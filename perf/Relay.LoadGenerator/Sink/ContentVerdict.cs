namespace Relay.LoadGenerator.Sink;

/// <summary>What the verifier found in a message.</summary>
internal enum ContentVerdict
{
    Intact,

    /// <summary>It has an id, but its body, its checksum or its sequence is not what was sent.</summary>
    Corrupted,

    /// <summary>It has no id: it is not from a source of ours, or its header section is damaged.</summary>
    Unidentified,
}
