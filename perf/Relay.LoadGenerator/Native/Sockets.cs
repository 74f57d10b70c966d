using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Relay.LoadGenerator.Native;

/// <summary>Making non-blocking stream sockets; the callers own the descriptors.</summary>
internal static unsafe class Sockets
{
    /// <summary>Starts a connection; returns the descriptor, or -1 if it was refused at once.</summary>
    internal static int Connect(SocketAddress address)
    {
        int fd = Libc.Socket((int)Domain(address), Libc.StreamNonBlocking, 0);
        if (fd < 0)
        {
            return -1;
        }

        fixed (byte* bytes = address.Buffer.Span)
        {
            if (Libc.Connect(fd, bytes, (uint)address.Size) < 0 && Libc.Errno != Libc.InProgress)
            {
                _ = Libc.Close(fd);
                return -1;
            }
        }

        SetNoDelay(fd, address.Family);
        return fd;
    }

    /// <summary>Binds and listens; throws when the address is taken or not ours.</summary>
    internal static int Listen(EndPoint endPoint, int backlog)
    {
        SocketAddress address = endPoint.Serialize();
        int fd = Reactor.Check(Libc.Socket((int)Domain(address), Libc.StreamNonBlocking, 0));
        int on = 1;
        _ = Libc.SetSocketOption(fd, Libc.LevelSocket, Libc.ReuseAddress, &on, sizeof(int));
        SetNoDelay(fd, address.Family); // accepted sockets inherit it
        fixed (byte* bytes = address.Buffer.Span)
        {
            if (Libc.Bind(fd, bytes, (uint)address.Size) < 0 || Libc.Listen(fd, backlog) < 0)
            {
                var error = new Win32Exception(Libc.Errno);
                _ = Libc.Close(fd);
                throw new IOException($"cannot listen on {endPoint}: {error.Message}", error);
            }
        }

        return fd;
    }

    /// <summary>The address a listening socket got; tells the port when 0 was asked for.</summary>
    internal static EndPoint LocalEndPoint(int fd, EndPoint asked)
    {
        if (asked is not IPEndPoint)
        {
            return asked;
        }

        var address = new SocketAddress(asked.AddressFamily);
        uint length = (uint)address.Size;
        fixed (byte* bytes = address.Buffer.Span)
        {
            Reactor.Check(Libc.GetSocketName(fd, bytes, &length));
        }

        return asked.Create(address);
    }

    internal static void SetNoDelay(int fd, AddressFamily family)
    {
        if (family != AddressFamily.Unix)
        {
            int on = 1;
            _ = Libc.SetSocketOption(fd, Libc.LevelTcp, Libc.TcpNoDelay, &on, sizeof(int));
        }
    }

    /// <summary>Makes the coming close a reset (RST) instead of an orderly end.</summary>
    internal static void SetReset(int fd)
    {
        long lingerOnZeroSeconds = 1;
        _ = Libc.SetSocketOption(fd, Libc.LevelSocket, Libc.Linger, &lingerOnZeroSeconds, sizeof(long));
    }

    /// <returns>Number of octets, 0 at the end, -1 if nothing is there, -2 if the connection broke.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Receive(int fd, Span<byte> buffer)
    {
        nint received;
        fixed (byte* bytes = buffer)
        {
            do
            {
                received = Libc.Receive(fd, bytes, (nuint)buffer.Length, 0);
            }
            while (received < 0 && Libc.Errno == Libc.Interrupted);
        }

        return received >= 0 ? (int)received : Libc.Errno == Libc.WouldBlock ? -1 : -2;
    }

    /// <param name="fd">The socket.</param>
    /// <param name="data">What to send.</param>
    /// <param name="flags"><see cref="Libc.More"/> or nothing.</param>
    /// <returns>Octets taken by the kernel (maybe 0), or -2 when the connection broke.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Send(int fd, ReadOnlySpan<byte> data, int flags = 0)
    {
        nint sent;
        fixed (byte* bytes = data)
        {
            do
            {
                sent = Libc.Send(fd, bytes, (nuint)data.Length, Libc.NoSignal | flags);
            }
            while (sent < 0 && Libc.Errno == Libc.Interrupted);
        }

        return sent >= 0 ? (int)sent : Libc.Errno == Libc.WouldBlock ? 0 : -2;
    }

    private static int Domain(SocketAddress address) => address.Family switch
    {
        AddressFamily.InterNetwork => 2,
        AddressFamily.InterNetworkV6 => 10,
        AddressFamily.Unix => 1,
        _ => throw new NotSupportedException($"address family {address.Family}"),
    };
}
