namespace Relay.Tables.Loading;

/// <summary>
/// Which unsafe permissions are borne, with a warning instead of a refusal (Sendmail: op.me, DontBlameSendmail). A file
/// that others can write lets them decide who may relay.
/// </summary>
[Flags]
public enum DontBlameSendmail
{
    /// <summary>Neither files nor the directories above them may be writable for the group or the world.</summary>
    Safe = 0,

    GroupWritableFile = 1,
    WorldWritableFile = 2,
    GroupWritableDirPath = 4,
    WorldWritableDirPath = 8,
}
