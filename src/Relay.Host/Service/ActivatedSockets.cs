using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Relay.Host.Service;

/// <summary>
/// Listening sockets that systemd bound for this process (sd_listen_fds(3)): descriptors from 3 on, as many as
/// LISTEN_FDS says, if LISTEN_PID is ours. A listener of the configuration with the same address takes its socket
/// instead of binding one. Thread-safe.
/// </summary>
internal sealed class ActivatedSockets
{
    private const int FirstDescriptor = 3;

    private readonly Lock _gate = new();
    private readonly List<(EndPoint EndPoint, int Descriptor)> _free = [];

    private ActivatedSockets()
    {
    }

    /// <summary>What was given and is not yet taken.</summary>
    public IReadOnlyList<EndPoint> EndPoints
    {
        get
        {
            lock (_gate)
            {
                return [.. _free.Select(static f => f.EndPoint)];
            }
        }
    }

    public static ActivatedSockets Of(Func<string, string?> variables)
    {
        var sockets = new ActivatedSockets();
        if (variables("LISTEN_PID") == Environment.ProcessId.ToString(CultureInfo.InvariantCulture)
            && int.TryParse(variables("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            for (int descriptor = FirstDescriptor; descriptor < FirstDescriptor + count; descriptor++)
            {
                sockets.Add(descriptor);
            }
        }

        return sockets;
    }

    /// <summary>The descriptor bound to the address, once; null if there is none (left).</summary>
    public int? Take(EndPoint endPoint)
    {
        lock (_gate)
        {
            int at = _free.FindIndex(f => f.EndPoint.Equals(endPoint));
            if (at < 0)
            {
                return null;
            }

            int descriptor = _free[at].Descriptor;
            _free.RemoveAt(at);
            return descriptor;
        }
    }

    private void Add(int descriptor)
    {
        try
        {
            using var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: false));
            if (socket.LocalEndPoint is { } endPoint)
            {
                _free.Add((endPoint, descriptor));
            }
        }
        catch (SocketException)
        {
            // Not a socket: none of ours.
        }
    }
}
