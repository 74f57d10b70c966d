using Relay.Host.Admin;
using Relay.Host.Options;
using Relay.Host.Submission;
using Relay.Host.Tables;
using Relay.Logging;
using Relay.Queue;
using Relay.Server;
using Relay.Throttling;

namespace Relay.Host.Running;

/// <summary>
/// What users of this machine have of the relay beside its submission listener: their names, the view of a delivery,
/// the drop folder, and <c>mailq</c>. Started and stopped once.
/// </summary>
internal sealed class LocalSubmission(
    Func<RelaySettings> settings, IMailQueue queue, Heartbeat heartbeat, IMailLog log) : IAsyncDisposable
{
    private AdminServer? _mailq;
    private DropCollector? _drops;

    public LocalUsers Users { get; } = new(
        () => settings().Get(SubmissionKeys.TrustedUsers).Words, heartbeat.Time);

    public DeliveryWatches Watches { get; } = new(queue);

    public MailqReport Report { get; } = new(queue, Path.GetFullPath(settings().Get(QueueKeys.QueueDirectory)));

    /// <summary>The relay listens already.</summary>
    /// <exception cref="IOException">The socket or the folder cannot be made.</exception>
    public void Start()
    {
        RelaySettings current = settings();
        heartbeat.Register(Watches);
        if (current.Get(SubmissionKeys.QueueSocket) is { Length: > 0 } path)
        {
            var commands = new MailqCommands(
                Report, () => (settings().Get(ServerKeys.Privacy) & PrivacyFlags.RestrictMailq) != 0);
            _mailq = AdminServer.Start(path, commands, heartbeat.Time, isForAll: true);
        }

        if (current.Get(SubmissionKeys.DropFolder) is { Length: > 0 } folder)
        {
            folder = Path.GetFullPath(folder);
            DropFolder.Prepare(folder);
            _drops = new DropCollector(
                folder,
                Path.GetFullPath(current.Get(SubmissionKeys.Socket)),
                current.Get(RelayKeys.HostName),
                current.Get(RelayKeys.MessageSizeLimit),
                () => settings().Get(RetryKeys.Lifetime),
                Users,
                log,
                heartbeat.Time);
            heartbeat.Register(_drops);
        }
    }

    /// <summary>Before the sessions end: nothing new comes from here, and nobody waits for a delivery.</summary>
    public async ValueTask DisposeAsync()
    {
        Watches.Stop();
        heartbeat.Unregister(Watches);
        if (_drops is not null)
        {
            heartbeat.Unregister(_drops);
            await _drops.DisposeAsync();
        }

        if (_mailq is not null)
        {
            await _mailq.DisposeAsync();
        }
    }
}
