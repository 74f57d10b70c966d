using System.Runtime.InteropServices;

namespace Relay.Tables.Loading;

/// <summary>
/// statx(2), whose structure is the same on all 64-bit Linux systems: the class library tells neither inode nor the
/// time of the last status change.
/// </summary>
internal static unsafe partial class FileCalls
{
    public const int NoEntry = 2;
    public const int NotDirectory = 20;

    private const int CurrentDirectory = -100;
    private const uint BasicStatus = 0x7FF;
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>struct statx is 256 octets.</summary>
    private const int StatusLength = 256;

    /// <returns>The errno, 0 if there is none.</returns>
    public static int Status(string path, out FileStamp stamp)
    {
        byte* status = stackalloc byte[StatusLength];
        if (StatX(CurrentDirectory, path, 0, BasicStatus, status) != 0)
        {
            stamp = default;
            return Marshal.GetLastPInvokeError();
        }

        stamp = new FileStamp(
            Exists: true,
            Device: ((ulong)*(uint*)(status + 0x88) << 32) | *(uint*)(status + 0x8C),
            Inode: *(ulong*)(status + 0x20),
            Size: *(long*)(status + 0x28),
            Modified: TimeAt(status + 0x70),
            Changed: TimeAt(status + 0x60),
            Mode: *(ushort*)(status + 0x1C),
            Owner: *(uint*)(status + 0x14));
        return 0;
    }

    /// <summary>The user whose rights the process has.</summary>
    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    private static long TimeAt(byte* time) => (*(long*)time * NanosecondsPerSecond) + *(uint*)(time + 8);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, byte* status);
}
