namespace Relay.Host.Options;

/// <summary>Options of local submission: the command <c>sendmail</c> and its kin.</summary>
internal static class SubmissionKeys
{
    public static readonly OptionKey<string> Socket = new(
        "submission.socket",
        OptionFormats.SocketPath,
        string.Empty,
        "The Unix-domain socket, open to every user, that `sendmail` submits to; such as /run/relay/submission.sock, "
        + "where the command looks if it is told of no other. The kernel says who submits. Without one there is no "
        + "local submission.");

    public static readonly OptionKey<string> DropFolder = new(
        "submission.dropFolder",
        OptionFormats.OptionalPath,
        string.Empty,
        "Where `sendmail` leaves messages while the relay is down, to be taken up at its next start; such as "
        + "/var/spool/relay/drop, where the command puts them if it is told of no other folder. Made with mode 3733: "
        + "anyone may leave files, nobody may list them or touch another's.");

    public static readonly OptionKey<string> QueueSocket = new(
        "submission.queueSocket",
        OptionFormats.SocketPath,
        string.Empty,
        "A Unix-domain socket, open to every user, that answers `mailq` and nothing else; such as "
        + "/run/relay/mailq.sock. `restrictmailq` in `server.privacy` keeps it to root and the relay's own user.");

    public static readonly OptionKey<WordsSetting> TrustedUsers = new(
        "submission.trustedUsers",
        RuleFormats.Words,
        WordsSetting.Of("root daemon"),
        "Users that may name another sender with `-f` without an `X-Authentication-Warning` (Sendmail's class t, "
        + "`confTRUSTED_USERS`).");

    public static readonly OptionKey<string> PidFile = new(
        "pidFile",
        OptionFormats.OptionalPath,
        string.Empty,
        "Written when the relay listens: its process id, and in the second line its command line, as Sendmail's "
        + "`PidFile` has them, so that `kill -HUP $(head -1 /var/run/sendmail.pid)` reloads. Removed at the end.");

    public static IReadOnlyList<OptionKey> All { get; } = [Socket, DropFolder, QueueSocket, TrustedUsers, PidFile];
}
