namespace Relay.Logging;

/// <summary>How the lines of the mail log are written.</summary>
public enum MailLogFormat
{
    /// <summary><c>2026-11-20T21:48:02.123Z accepted 1K3…: from=&lt;a@b&gt; nrcpts=1 …</c>.</summary>
    Text,

    /// <summary>One JSON object per line.</summary>
    Json,

    /// <summary>The lines that Sendmail gives to syslog, so that what reads a maillog reads this one.</summary>
    Sendmail,
}
