using Relay.Logging;

namespace Relay.Host.Options;

/// <summary>Options of the program as a whole, its tables and its routes.</summary>
internal static class RelayKeys
{
    /// <summary>RFC 1870 and the 64 MiB that large senders use; SmtpServerOptions has the same default.</summary>
    private const long MessageSizeLimitDefault = 100L << 20;

    public static readonly OptionKey<string> HostName = new(
        "hostname",
        OptionFormats.HostName,
        DefaultHostName(),
        "The name of this relay: in the greeting, in EHLO, in Received fields and in notifications. Other servers "
        + "expect a full name with a domain that resolves to this machine.")
    {
        DefaultSentence = "(the machine's name)",
    };

    public static readonly OptionKey<string> PostmasterAddress = new(
        "postmaster",
        OptionFormats.OptionalMailbox,
        string.Empty,
        "Where mail to `<postmaster>` and to postmaster at `hostname` goes; it is accepted from anyone (RFC 5321 "
        + "§4.5.1). Without an address it is held in the queue until an administrator sets one and releases it.");

    public static readonly OptionKey<long> MessageSizeLimit = new(
        "messageSizeLimit",
        OptionFormats.Size(64 << 10, 4L << 30),
        MessageSizeLimitDefault,
        "Larger messages are refused with 552, when announced with SIZE or when counted (RFC 1870).");

    public static readonly OptionKey<TargetSetting> SmartHost = new(
        "smartHost",
        RuleFormats.Target,
        TargetSetting.None,
        "Where all mail goes that is not local and that `mailertable` does not name, address literals too "
        + "(`SMART_HOST`, `DS`). A host without brackets is looked up for MX records.");

    public static readonly OptionKey<string> AdminSocket = new(
        "admin.socket",
        OptionFormats.SocketPath,
        "relay-data/admin.sock",
        "The Unix-domain socket that `relay queue` talks to, made with mode 0600.");

    public static readonly OptionKey<MailLogFormat> LogFormat = new(
        "log.format",
        OptionFormats.Choice<MailLogFormat>(),
        MailLogFormat.Text,
        "How the mail log is written: readable lines, one JSON object per line, or the lines that Sendmail gives to syslog "
        + "(`sendmail`), which logwatch, fail2ban and their like understand.");

    public static readonly OptionKey<int> QueueLoad = new(
        "queueLoad",
        OptionFormats.Count(0, 100_000),
        0,
        "Load average from which on mail is queued only: its delivery is tried a minute later, if the load allows it "
        + "then (Sendmail's `QueueLA`). 0 is off: waiting for disks counts as load.");

    public static readonly OptionKey<TimeSpan> StopTimeout = new(
        "stopTimeout",
        OptionFormats.OptionalDuration,
        TimeSpan.FromSeconds(20),
        "How long a stop waits for transactions and deliveries under way; a second signal ends the wait. Nothing "
        + "acknowledged is lost either way.");

    public static IReadOnlyList<OptionKey> All { get; } =
    [
        HostName, PostmasterAddress, MessageSizeLimit, SmartHost, AdminSocket,
        LogFormat,
        QueueLoad, StopTimeout,
    ];

    private static string DefaultHostName() =>
        OptionFormats.HostName.Parse(MachineName(), out string name) ? name : "localhost";

    /// <summary>With its domain, if it has been given one; Environment.MachineName ends at the first dot.</summary>
    private static string MachineName()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/hostname").TrimEnd();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Environment.MachineName;
        }
    }
}
