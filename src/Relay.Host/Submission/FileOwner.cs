namespace Relay.Host.Submission;

/// <summary>Whose a file is, and whether it can be what it seems.</summary>
internal readonly record struct FileOwner(uint User, bool IsRegular, UnixFileMode Mode, uint Links);
