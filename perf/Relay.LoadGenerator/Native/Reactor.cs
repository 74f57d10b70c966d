using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Relay.LoadGenerator.Native;

/// <summary>
/// One thread's event loop over epoll, edge triggered: a descriptor is registered once and costs one system call per
/// transfer from then on. Not thread-safe except <see cref="Wake"/>.
/// </summary>
internal sealed unsafe class Reactor : IDisposable
{
    private const int EventsMax = 512;
    private static readonly bool Packed =
        RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;

    private static readonly int EventSize = Packed ? 12 : 16;
    private static readonly int DataOffset = Packed ? 4 : 8;

    private readonly TimeProvider _time;
    private readonly int _epoll;
    private readonly int _wake;
    private readonly byte[] _eventBuffer; // pinned; _events points into it
    private readonly byte* _events;
    private readonly PriorityQueue<ReactorHandler, long> _timers = new();
    private readonly Stack<int> _freeSlots = new();
    private readonly List<int> _released = [];
    private ReactorHandler?[] _handlers = new ReactorHandler?[64];
    private int _slotCount = 1; // slot 0 is the wake descriptor
    private bool _preciseWait = true;
    private bool _disposed;

    internal Reactor(TimeProvider time)
    {
        _time = time;
        _epoll = Check(Libc.EpollCreate(Libc.CloseOnExec));
        _wake = Check(Libc.EventFd(0, Libc.NonBlocking));
        _eventBuffer = GC.AllocateArray<byte>(EventsMax * 16, pinned: true);
        _events = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_eventBuffer));
        Control(Libc.ControlAdd, _wake, 0, Libc.In | Libc.EdgeTriggered);
    }

    /// <summary>Timestamp (of the time provider) taken when the present round of events began.</summary>
    internal long Now { get; private set; }

    internal void Register(ReactorHandler handler, uint events)
    {
        Debug.Assert(handler.Slot < 0 && handler.Fd >= 0);
        if (!_freeSlots.TryPop(out int slot))
        {
            slot = _slotCount++;
            if (slot == _handlers.Length)
            {
                Array.Resize(ref _handlers, slot * 2);
            }
        }

        _handlers[slot] = handler;
        handler.Slot = slot;
        Control(Libc.ControlAdd, handler.Fd, slot, events | Libc.EdgeTriggered);
    }

    internal void Modify(ReactorHandler handler, uint events) =>
        Control(Libc.ControlModify, handler.Fd, handler.Slot, events | Libc.EdgeTriggered);

    /// <summary>Closes the descriptor (which unregisters it); events still under way for it are dropped.</summary>
    internal void Close(ReactorHandler handler)
    {
        if (handler.Slot >= 0)
        {
            _handlers[handler.Slot] = null;
            _released.Add(handler.Slot); // reused only after this round: a stale event must not meet a new handler
            handler.Slot = -1;
        }

        if (handler.Fd >= 0)
        {
            _ = Libc.Close(handler.Fd);
            handler.Fd = -1;
        }
    }

    internal void Schedule(ReactorHandler handler, long due) => _timers.Enqueue(handler, due);

    /// <summary>Makes the running or next <see cref="RunOnce"/> return; any thread.</summary>
    internal void Wake()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ulong one = 1;
        _ = Libc.Write(_wake, (byte*)&one, sizeof(ulong));
    }

    /// <summary>Waits until something is ready or <paramref name="until"/> comes, and serves it.</summary>
    internal void RunOnce(long until)
    {
        if (_timers.TryPeek(out _, out long due))
        {
            until = Math.Min(until, due);
        }

        int count = Wait(until);
        Now = _time.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            byte* entry = _events + (i * EventSize);
            int slot = *(int*)(entry + DataOffset);
            if (slot == 0)
            {
                ulong drained;
                _ = Libc.Read(_wake, (byte*)&drained, sizeof(ulong));
                continue;
            }

            _handlers[slot]?.OnReady(*(uint*)entry);
        }

        RunTimers();
        foreach (int slot in CollectionsMarshal.AsSpan(_released))
        {
            _freeSlots.Push(slot);
        }

        _released.Clear();
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _ = Libc.Close(_wake);
            _ = Libc.Close(_epoll);
        }
    }

    internal static int Check(int result)
    {
        return result >= 0 ? result : throw new Win32Exception(Libc.Errno);
    }

    private void RunTimers()
    {
        while (_timers.TryPeek(out ReactorHandler? handler, out long due) && due <= Now)
        {
            _timers.Dequeue();
            handler.OnTimer(Now);
        }
    }

    private int Wait(long until)
    {
        long ticks = until == long.MaxValue ? long.MaxValue : Math.Max(0, until - _time.GetTimestamp());
        long* timeout = stackalloc long[2];
        int count;
        if (_preciseWait)
        {
            (timeout[0], long rest) = Math.DivRem(ticks, _time.TimestampFrequency);
            timeout[1] = (long)(rest * (1e9 / _time.TimestampFrequency));
            count = Libc.EpollWait(_epoll, _events, EventsMax, ticks == long.MaxValue ? null : timeout, null);
            if (count >= 0 || Libc.Errno != Libc.NotImplemented)
            {
                return count;
            }

            _preciseWait = false; // before Linux 5.11
        }

        long milliseconds = ticks / (_time.TimestampFrequency / 1000);
        return Libc.EpollWaitMilliseconds(_epoll, _events, EventsMax, (int)Math.Min(milliseconds + 1, 60_000));
    }

    private void Control(int operation, int fd, int slot, uint events)
    {
        byte* entry = stackalloc byte[16];
        *(uint*)entry = events;
        *(long*)(entry + DataOffset) = slot;
        Check(Libc.EpollControl(_epoll, operation, fd, entry));
    }
}
