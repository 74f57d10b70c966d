using System.Runtime.InteropServices;
using System.Threading.Channels;
using Relay.Host.Submission;

namespace Relay.Host.Running;

/// <summary>
/// SIGTERM, SIGINT, SIGHUP and SIGUSR1 as a sequence that one reader awaits. Until it is disposed they do nothing else.
/// </summary>
internal sealed class SignalWatch : IDisposable
{
    /// <summary>SIGUSR1, for which the runtime has no name: log files are begun anew.</summary>
    public const PosixSignal User1 = (PosixSignal)10;

    private readonly Channel<PosixSignal> _signals = Channel.CreateBounded<PosixSignal>(
        new BoundedChannelOptions(8) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly PosixSignalRegistration[] _registrations;

    public SignalWatch()
    {
        SystemCalls.HeedHangUp(); // it means a reload, from whatever the relay was started
        _registrations =
        [
            .. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP, User1 }
                .Select(signal => PosixSignalRegistration.Create(signal, OnSignal)),
        ];
    }

    public ValueTask<PosixSignal> NextAsync() => _signals.Reader.ReadAsync();

    /// <summary>Completes at the next signal that asks for the end.</summary>
    public async Task EndAsync()
    {
        while (await NextAsync() is PosixSignal.SIGHUP or User1)
        {
            // Neither makes sense any more.
        }
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        _signals.Writer.TryWrite(context.Signal);
    }
}
