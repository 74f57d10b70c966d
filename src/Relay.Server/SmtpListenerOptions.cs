using System.Net;
using Relay.Server.Policies;

namespace Relay.Server;

/// <summary>One endpoint that mail is accepted on.</summary>
public sealed class SmtpListenerOptions
{
    /// <summary>Shown in the log as the listener's name. Sendmail calls its first daemon MTA.</summary>
    public string Name { get; init; } = "MTA";

    /// <summary>
    /// An <see cref="IPEndPoint"/> (<see cref="IPAddress.IPv6Any"/> takes IPv4 as well) or a
    /// <see cref="System.Net.Sockets.UnixDomainSocketEndPoint"/>.
    /// </summary>
    public required EndPoint EndPoint { get; init; }

    /// <summary>
    /// Connections taken per clock second; the rest wait in the kernel's backlog. 0 is unlimited, as Sendmail's
    /// ConnectionRateThrottle is by default.
    /// </summary>
    public int ConnectionsPerSecond { get; init; }

    /// <summary>
    /// Sessions at once on this listener; more get 421 4.3.2. 0 is unlimited. Sendmail: <c>children</c> of
    /// DaemonPortOptions.
    /// </summary>
    public int ConnectionsMax { get; init; }

    /// <summary>
    /// Connections that may wait in the kernel; 0 is <see cref="SmtpServerOptions.Backlog"/>. Sendmail: <c>Listen</c> of
    /// DaemonPortOptions. This and the sizes of buffers count from when the listener is bound.
    /// </summary>
    public int Backlog { get; init; }

    /// <summary>SO_SNDBUF of its connections, in octets; 0 leaves it to the kernel. Sendmail: <c>SendBufferSize</c>.</summary>
    public int SendBufferSize { get; init; }

    /// <summary>SO_RCVBUF, likewise. Sendmail: <c>ReceiveBufferSize</c>.</summary>
    public int ReceiveBufferSize { get; init; }

    /// <summary>
    /// As <see cref="SmtpServerOptions.RefuseLoad"/>, which 0 takes. Sendmail: <c>refuseLA</c> of DaemonPortOptions.
    /// </summary>
    public int RefuseLoad { get; init; }

    /// <summary>
    /// As <see cref="SmtpServerOptions.DelayLoad"/>, which 0 takes. Sendmail: <c>delayLA</c> of DaemonPortOptions.
    /// </summary>
    public int DelayLoad { get; init; }

    /// <summary>
    /// Load average from which on mail that comes in here is queued only; 0 is never. Sendmail: <c>queueLA</c> of
    /// DaemonPortOptions.
    /// </summary>
    public int QueueLoad { get; init; }

    /// <summary>
    /// All mail that comes in here is queued only: it is tried first after <see cref="SmtpServerOptions.QueueWait"/>.
    /// Sendmail: <c>DeliveryMode=q</c> of DaemonPortOptions.
    /// </summary>
    public bool QueuesOnly { get; init; }

    /// <summary>
    /// On a Unix-domain socket: its clients are users of this machine who submit mail, named by the kernel.
    /// </summary>
    public bool IdentifiesUsers { get; init; }

    /// <summary>The mode of a Unix-domain socket's file; null leaves it to the umask.</summary>
    public UnixFileMode? SocketMode { get; init; }

    /// <summary>
    /// Every connection begins with a header of the PROXY protocol, version 1 or 2, from one of
    /// <see cref="SmtpServerOptions.Proxies"/>; others are closed.
    /// </summary>
    public bool ExpectsProxy { get; init; }

    /// <summary>Sendmail: <c>M=</c> of DaemonPortOptions.</summary>
    public ListenerModifiers Modifiers { get; init; }
}
