using Relay.LoadGenerator.Native;

namespace Relay.LoadGenerator.Sink;

/// <summary>Accepts on one listening socket for one worker.</summary>
internal sealed class SinkListener : ReactorHandler
{
    private readonly SinkWorker _worker;

    internal SinkListener(SinkWorker worker, int fd)
    {
        _worker = worker;
        Fd = fd;
    }

    internal override unsafe void OnReady(uint events)
    {
        while (true)
        {
            int fd = Libc.Accept(Fd, null, null, Libc.NonBlocking);
            if (fd >= 0)
            {
                _worker.Open(fd);
                continue;
            }

            switch (Libc.Errno)
            {
                case Libc.Interrupted or Libc.ConnectionAborted:
                    continue;
                case Libc.WouldBlock:
                    return;
                default:
                    // Out of descriptors: the rest waits in the backlog until connections have been closed.
                    _worker.RetryAccept(this);
                    return;
            }
        }
    }

    internal override void OnTimer(long now) => OnReady(0);
}
