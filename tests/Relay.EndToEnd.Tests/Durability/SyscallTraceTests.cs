namespace Relay.EndToEnd.Tests.Durability;

/// <summary>The judge of the durability proof is itself judged: it must refuse what it exists to refuse.</summary>
public class SyscallTraceTests
{
    private const string Open = """10 1.0 openat(AT_FDCWD, "/q/q.log.0", O_WRONLY|O_DSYNC|O_CLOEXEC) = 9</q/q.log.0>""";
    private const string Read = """11 2.0 recvmsg(5<TCP:[1]>, {msg_iov=[{iov_base="Marker-1 body\r\n.\r\n", iov_len=4096}]}, 0) = 18""";
    private const string Write = """12 3.0 pwrite64(9</q/q.log.0>, "..Marker-1 body..", 4096, 0) = 4096""";
    private const string Reply = """11 4.0 sendmsg(5<TCP:[1]>, {msg_iov=[{iov_base="250 2.0.0 ID Message accepted\r\n"}]}, 0) = 30""";

    [Fact]
    public void A_completed_synchronous_write_between_read_and_reply_is_accepted()
    {
        Assert.Null(SyscallTrace.Parse([Open, Read, Write, Reply]).FindViolation("Marker-1"));
    }

    [Fact]
    public void A_write_followed_by_fdatasync_is_accepted()
    {
        string open = Open.Replace("O_DSYNC|", string.Empty, StringComparison.Ordinal);
        const string Sync = "12 3.5 fdatasync(9</q/q.log.0>) = 0";
        Assert.Null(SyscallTrace.Parse([open, Read, Write, Sync, Reply]).FindViolation("Marker-1"));
    }

    [Fact]
    public void A_write_without_the_synchronous_flag_is_refused()
    {
        string open = Open.Replace("O_DSYNC|", string.Empty, StringComparison.Ordinal);
        Assert.NotNull(SyscallTrace.Parse([open, Read, Write, Reply]).FindViolation("Marker-1"));
    }

    [Fact]
    public void A_write_that_completes_after_the_reply_is_refused()
    {
        const string Begin = """12 3.0 pwrite64(9</q/q.log.0>, "..Marker-1 body..", 4096, 0 <unfinished ...>""";
        const string End = "12 5.0 <... pwrite64 resumed>) = 4096";
        Assert.NotNull(SyscallTrace.Parse([Open, Read, Begin, Reply, End]).FindViolation("Marker-1"));
        Assert.Null(SyscallTrace.Parse([Open, Read, Begin, End, Reply]).FindViolation("Marker-1"));
    }

    [Fact]
    public void A_failed_write_is_refused()
    {
        string write = Write.Replace("= 4096", "= -1 EIO (Input/output error)", StringComparison.Ordinal);
        Assert.NotNull(SyscallTrace.Parse([Open, Read, write, Reply]).FindViolation("Marker-1"));
    }

    [Fact]
    public void A_write_of_something_else_is_refused()
    {
        string write = Write.Replace("Marker-1", "Marker-2", StringComparison.Ordinal);
        Assert.NotNull(SyscallTrace.Parse([Open, Read, write, Reply]).FindViolation("Marker-1"));
    }
}
