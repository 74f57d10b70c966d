using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Relay.Host.Submission;

/// <summary>What the class library does not offer of the system: user names, owners of files, safe opening.</summary>
internal static unsafe partial class SystemCalls
{
    private const int ReadOnly = 0;
    private const int ReadWrite = 2;
    private const int NoFollow = 0x20000; // asm-generic; the same on x86-64
    private const int NoFollowArm64 = 0x8000;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int PathOnly = 0x200000;
    private const uint BasicStatus = 0x7FF;
    private const int EmptyPath = 0x1000;
    private const int StatusLength = 256;
    private const int HangUp = 1;
    private const nint DefaultAction = 0;

    public static uint UserId => GetUid();

    public static uint EffectiveUserId => GetEUid();

    /// <summary>Asks the system's user database; null if it knows no such user.</summary>
    public static UserAccount? FindUser(uint id)
    {
        byte[] buffer = new byte[16 * 1024];
        PasswordEntry entry;
        PasswordEntry* found;
        fixed (byte* strings = buffer)
        {
            return GetPwUid(id, &entry, strings, (nuint)buffer.Length, &found) == 0 && found != null
                ? new UserAccount(id, TextAt(found->Name), FullName(TextAt(found->Gecos), TextAt(found->Name)))
                : null;
        }
    }

    /// <summary>
    /// Opens a file for reading that someone else may have put there: no link is followed, nothing is waited for.
    /// </summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle OpenUntrusted(string path)
    {
        int noFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? NoFollowArm64 : NoFollow;
        int descriptor = Open(path, ReadOnly | noFollow | NonBlocking | CloseOnExec);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Owner, type, mode and number of names of an open file.</summary>
    /// <exception cref="IOException">The file system does not tell.</exception>
    public static FileOwner OwnerOf(SafeFileHandle file)
    {
        byte* status = stackalloc byte[StatusLength];
        if (StatX(file, string.Empty, EmptyPath, BasicStatus, status) != 0)
        {
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        }

        ushort mode = *(ushort*)(status + 0x1C);
        return new FileOwner(
            User: *(uint*)(status + 0x14),
            IsRegular: (mode & 0xF000) == 0x8000,
            Mode: (UnixFileMode)(mode & 0xFFF),
            Links: *(uint*)(status + 0x10));
    }

    /// <summary>User and group of a file or folder; null if there is none, or none that may be looked at.</summary>
    public static (uint User, uint Group)? OwnersOf(string path)
    {
        int descriptor = Open(path, PathOnly | CloseOnExec);
        if (descriptor < 0)
        {
            return null;
        }

        using var file = new SafeFileHandle(descriptor, ownsHandle: true);
        byte* status = stackalloc byte[StatusLength];
        return StatX(file, string.Empty, EmptyPath, BasicStatus, status) == 0
            ? (*(uint*)(status + 0x14), *(uint*)(status + 0x18))
            : null;
    }

    /// <summary>Gives an open file to a user and a group; root may.</summary>
    /// <exception cref="IOException">The system does not allow it.</exception>
    public static void Give(SafeFileHandle file, (uint User, uint Group) owners)
    {
        if (FChOwn(file, owners.User, owners.Group) != 0)
        {
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        }
    }

    /// <summary>The mode of the file that standard input is; null if it is none.</summary>
    public static UnixFileMode? ModeOfStandardInput()
    {
        using var input = new SafeFileHandle(0, ownsHandle: false);
        try
        {
            return OwnerOf(input) is { IsRegular: true } file ? file.Mode : null;
        }
        catch (IOException)
        {
            return null; // closed
        }
    }

    /// <summary>Makes everything of the file system that the file lies in durable, the file's name too.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static void SyncFileSystem(SafeFileHandle file)
    {
        if (SyncFs(file) != 0)
        {
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        }
    }

    /// <summary>Leaves the terminal's session, so that its end does not end this process.</summary>
    public static void BeginSession() => _ = SetSid();

    /// <summary>Standard input, output and error lead nowhere from here on.</summary>
    public static void LeaveTerminal()
    {
        int nowhere = Open("/dev/null", ReadWrite);
        for (int descriptor = 0; nowhere >= 0 && descriptor <= 2; descriptor++)
        {
            _ = Dup2(nowhere, descriptor);
        }
    }

    /// <summary>
    /// SIGHUP counts though this program was started by nohup(1): the runtime leaves alone what is ignored from the
    /// start. To be called before it is registered.
    /// </summary>
    public static void HeedHangUp()
    {
        const string Status = "/proc/self/status", Field = "SigIgn:";
        string? line = !File.Exists(Status)
            ? null
            : File.ReadLines(Status).FirstOrDefault(static l => l.StartsWith(Field, StringComparison.Ordinal));
        if (line is not null
            && ulong.TryParse(line.AsSpan(Field.Length).Trim(), NumberStyles.HexNumber, null, out ulong ignored)
            && (ignored & (1UL << (HangUp - 1))) != 0)
        {
            _ = Signal(HangUp, DefaultAction);
        }
    }

    private static string TextAt(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? string.Empty;

    /// <summary>The first part of the GECOS field; &amp; stands for the login name, as finger(1) has it.</summary>
    private static string FullName(string gecos, string name)
    {
        int comma = gecos.IndexOf(',', StringComparison.Ordinal);
        string full = comma < 0 ? gecos : gecos[..comma];
        string capital = name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name[1..];
        return full.Replace("&", capital, StringComparison.Ordinal).Trim();
    }

    [LibraryImport("libc", EntryPoint = "getuid")]
    private static partial uint GetUid();

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEUid();

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int SetSid();

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int signal, nint action);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Dup2(int from, int to);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int FChOwn(SafeFileHandle file, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(SafeFileHandle file, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "getpwuid_r")]
    private static partial int GetPwUid(
        uint id, PasswordEntry* entry, byte* buffer, nuint length, PasswordEntry** found);

    /// <summary>struct passwd, as glibc and musl have it on 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PasswordEntry
    {
        public byte* Name;
        public byte* Password;
        public uint User;
        public uint Group;
        public byte* Gecos;
        public byte* Home;
        public byte* Shell;
    }
}
