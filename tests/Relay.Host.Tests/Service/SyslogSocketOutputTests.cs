using System.Net.Sockets;
using System.Text;
using Relay.Host.Running;
using Relay.Host.Service;
using Relay.Logging;
using Relay.Testing;

namespace Relay.Host.Tests.Service;

/// <summary>Lines for a syslog daemon that comes and goes.</summary>
public sealed class SyslogSocketOutputTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("relay-log-").FullName;
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Syslog_gets_one_datagram_per_line_with_facility_mail_and_without_the_host()
    {
        string path = Path.Combine(_directory, "log");
        using Socket daemon = Listen(path);
        using var log = new MailLog(
            new SyslogSocketOutput(path), MailLogFormat.Sendmail, _time, new SyslogIdentity("mail.example", "sendmail", 7));
        Write(log, "one");
        log.Write(new MailEvent { Kind = MailEventKind.Accepted, QueueId = "1K3ABCDEF0000001"u8 });
        log.Flush();

        Assert.Equal("<21>Nov 20 21:48:02 sendmail[7]: one", Receive(daemon));
        Assert.Equal(
            "<22>Nov 20 21:48:02 sendmail[7]: 1K3ABCDEF0000001: from=<>, size=0, class=0, nrcpts=0", Receive(daemon));
    }

    [Fact]
    public void A_syslog_daemon_that_was_restarted_is_found_again_and_lines_in_between_are_counted()
    {
        string path = Path.Combine(_directory, "log");
        using var log = new MailLog(
            new SyslogSocketOutput(path), MailLogFormat.Sendmail, _time, new SyslogIdentity("h", "sendmail", 7));
        using (Socket first = Listen(path))
        {
            Write(log, "one");
            log.Flush();
            Assert.EndsWith(": one", Receive(first), StringComparison.Ordinal);
        }

        File.Delete(path);
        Write(log, "lost");
        log.Flush();
        Assert.Equal(1, log.Dropped);

        using Socket second = Listen(path);
        Write(log, "two");
        log.Flush();
        Assert.EndsWith(": two", Receive(second), StringComparison.Ordinal);
        Assert.EndsWith(": 1 log lines dropped: the output could not keep up", Receive(second), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stdout", true)]
    [InlineData("syslog", true)]
    [InlineData("syslog:/run/log", true)]
    [InlineData("/var/log/maillog", true)]
    [InlineData("maillog", false)]
    [InlineData("syslog:", false)]
    [InlineData("/var/log/", false)]
    [InlineData("", false)]
    public void A_destination_is_stdout_syslog_or_a_path(string text, bool valid) =>
        Assert.Equal(valid, LogDestination.IsValid(text));

    private static void Write(MailLog log, string text) =>
        log.Write(new MailEvent { Kind = MailEventKind.Daemon, Reply = Encoding.ASCII.GetBytes(text) });

    private static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified)
        {
            ReceiveTimeout = 60_000,
        };
        socket.Bind(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    private static string Receive(Socket daemon)
    {
        byte[] buffer = new byte[8192];
        return Encoding.ASCII.GetString(buffer, 0, daemon.Receive(buffer));
    }
}
