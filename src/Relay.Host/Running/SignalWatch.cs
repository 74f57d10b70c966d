using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Relay.Host.Running;

/// <summary>
/// SIGTERM, SIGINT and SIGHUP as a sequence that one reader awaits. Until it is disposed they do nothing else.
/// </summary>
internal sealed class SignalWatch : IDisposable
{
    private readonly Channel<PosixSignal> _signals = Channel.CreateBounded<PosixSignal>(
        new BoundedChannelOptions(8) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly PosixSignalRegistration[] _registrations;

    public SignalWatch()
    {
        _registrations =
        [
            .. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP }
                .Select(signal => PosixSignalRegistration.Create(signal, OnSignal)),
        ];
    }

    public ValueTask<PosixSignal> NextAsync() => _signals.Reader.ReadAsync();

    /// <summary>Completes at the next signal that asks for the end.</summary>
    public async Task EndAsync()
    {
        while (await NextAsync() == PosixSignal.SIGHUP)
        {
            // A reload makes no sense any more.
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
