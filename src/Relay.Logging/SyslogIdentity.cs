using System.Globalization;
using System.Text;

namespace Relay.Logging;

/// <summary>Who speaks in a syslog line (RFC 3164 §4.1): the host and <c>tag[pid]</c>. Immutable.</summary>
public sealed class SyslogIdentity
{
    /// <summary>What analysers of mail logs look for.</summary>
    public const string DefaultTag = "sendmail";

    /// <param name="host">This machine; the part before its first dot is printed, as syslog daemons do.</param>
    public SyslogIdentity(string host, string tag = DefaultTag, int? processId = null)
    {
        int dot = host.IndexOf('.', StringComparison.Ordinal);
        Host = Encoding.ASCII.GetBytes(dot > 0 ? host[..dot] : host);
        Tag = Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{tag}[{processId ?? Environment.ProcessId}]: "));
    }

    internal byte[] Host { get; }

    /// <summary>With the colon and the space behind it.</summary>
    internal byte[] Tag { get; }
}
