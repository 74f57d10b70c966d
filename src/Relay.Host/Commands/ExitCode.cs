namespace Relay.Host.Commands;

/// <summary>What the program's exit says, in the values of sysexits.h.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>EX_USAGE: the command line is wrong.</summary>
    public const int Usage = 64;

    /// <summary>EX_DATAERR: no such message.</summary>
    public const int DataError = 65;

    /// <summary>EX_NOINPUT: a file that the command line names cannot be read.</summary>
    public const int NoInput = 66;

    /// <summary>EX_NOUSER: there is no such recipient.</summary>
    public const int NoUser = 67;

    /// <summary>EX_NOHOST: there is no such domain.</summary>
    public const int NoHost = 68;

    /// <summary>EX_UNAVAILABLE: no relay answers on the admin socket, or an address is taken.</summary>
    public const int Unavailable = 69;

    /// <summary>EX_SOFTWARE: a mistake in this program.</summary>
    public const int Software = 70;

    /// <summary>EX_OSERR: the system refused something.</summary>
    public const int OsError = 71;

    /// <summary>EX_CANTCREAT: a file cannot be made.</summary>
    public const int CannotCreate = 73;

    /// <summary>EX_IOERR: the queue cannot be opened.</summary>
    public const int InputOutput = 74;

    /// <summary>EX_TEMPFAIL: not now; try again.</summary>
    public const int TemporaryFailure = 75;

    /// <summary>EX_NOPERM: this user may not.</summary>
    public const int NoPermission = 77;

    /// <summary>EX_CONFIG: options or tables are wrong.</summary>
    public const int Configuration = 78;
}
