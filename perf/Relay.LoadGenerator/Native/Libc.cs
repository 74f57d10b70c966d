using System.Runtime.InteropServices;

namespace Relay.LoadGenerator.Native;

/// <summary>
/// The system calls of the event loop, one method per call, nothing added. The tool owns its sockets because
/// <c>System.Net.Sockets</c> costs two receives and a thread hop per reply where one receive on the polling thread
/// does; a load tool must cost less than what it measures. Results are the kernel's: -1 and <see cref="Errno"/>.
/// </summary>
internal static unsafe partial class Libc
{
    internal const int WouldBlock = 11;
    internal const int Interrupted = 4;
    internal const int InProgress = 115;
    internal const int NotImplemented = 38;
    internal const int ConnectionAborted = 103;
    internal const int TooManyFiles = 24;

    internal const int StreamNonBlocking = 1 | 0x800 | 0x80000; // SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC
    internal const int NonBlocking = 0x800 | 0x80000;
    internal const int NoSignal = 0x4000;
    internal const int More = 0x8000;
    internal const int CloseOnExec = 0x80000;

    internal const int LevelSocket = 1;
    internal const int ReuseAddress = 2;
    internal const int SocketError = 4;
    internal const int Linger = 13;
    internal const int LevelTcp = 6;
    internal const int TcpNoDelay = 1;

    internal const uint In = 0x001;
    internal const uint Out = 0x004;
    internal const uint Error = 0x008;
    internal const uint HangUp = 0x010;
    internal const uint ReadHangUp = 0x2000;
    internal const uint Exclusive = 1u << 28;
    internal const uint EdgeTriggered = 1u << 31;

    internal const int ControlAdd = 1;
    internal const int ControlDelete = 2;
    internal const int ControlModify = 3;

    private const nint EpollWaitPrecise = 441;

    // Numbers of system calls: x86-64 has its own table, newer architectures share another.
    private static readonly nint SendTo = HasOwnTable ? 44 : 206;
    private static readonly nint ReceiveFrom = HasOwnTable ? 45 : 207;

    private static bool HasOwnTable => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>errno of the call just made on this thread; read it before anything else.</summary>
    internal static int Errno => Marshal.GetLastSystemError();

    [LibraryImport("libc", EntryPoint = "socket")]
    internal static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "connect")]
    internal static partial int Connect(int fd, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "bind")]
    internal static partial int Bind(int fd, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "listen")]
    internal static partial int Listen(int fd, int backlog);

    [LibraryImport("libc", EntryPoint = "getsockname")]
    internal static partial int GetSocketName(int fd, byte* address, uint* length);

    [LibraryImport("libc", EntryPoint = "accept4")]
    internal static partial int Accept(int fd, byte* address, uint* length, int flags);

    [LibraryImport("libc", EntryPoint = "setsockopt")]
    internal static partial int SetSocketOption(int fd, int level, int name, void* value, uint length);

    // The three calls of every round trip go past libc's own functions, which, being points at which POSIX lets a
    // thread be cancelled, change the thread's state twice per call (2 to 3 % of the CPU of a round trip).
    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, nint first, void* second, nint third, nint fourth, void* fifth,
        nint sixth);

    internal static nint Receive(int fd, byte* buffer, nuint length, int flags) =>
        Call(ReceiveFrom, fd, buffer, (nint)length, flags, null, 0);

    internal static nint Send(int fd, byte* buffer, nuint length, int flags) =>
        Call(SendTo, fd, buffer, (nint)length, flags, null, 0);

    [LibraryImport("libc", EntryPoint = "read")]
    internal static partial nint Read(int fd, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write")]
    internal static partial nint Write(int fd, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "close")]
    internal static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "kill")]
    internal static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "eventfd")]
    internal static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "epoll_create1")]
    internal static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl")]
    internal static partial int EpollControl(int epoll, int operation, int fd, void* epollEvent);

    internal static int EpollWait(int epoll, void* events, int maxEvents, long* timeout, void* signals) =>
        (int)Call(EpollWaitPrecise, epoll, events, maxEvents, (nint)timeout, signals, 8);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    internal static partial int EpollWaitMilliseconds(int epoll, void* events, int maxEvents, int timeout);
}
