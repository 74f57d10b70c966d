using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Relay.Server.Listening;
using Relay.Server.Policies;
using Relay.Smtp.Replies;
using Relay.Tls;

namespace Relay.Server.Sessions;

/// <summary>
/// Makes a session that a proxy hands on into that of the client behind it, before anything is decided about it: by the
/// PROXY protocol, or by XCLIENT. Stateless.
/// </summary>
internal static class ProxiedClient
{
    /// <summary>The answer to mail of a client whose address the proxy has not told.</summary>
    public static readonly byte[] UnknownRefusal = Replies.ClientUnknown.TrimEnd("\r\n"u8).ToArray();

    /// <summary>
    /// Reads the header that connections on this listener begin with. What the client says behind it stays in the
    /// pipe.
    /// </summary>
    /// <returns>
    /// False if there is no session to go on with: the reason is in the log, a reply perhaps written.
    /// </returns>
    public static async ValueTask<bool> TryTakeAsync(SessionDialog dialog, ConnectionContext connection)
    {
        if (!dialog.Settings.IsProxy(dialog.Client.Address))
        {
            dialog.LogSession("rejecting connection: not from one of server.proxies"u8);
            return false;
        }

        PipeReader input = connection.Transport.Input;
        dialog.Timeouts.Enter(SessionPhase.Handshake, dialog.Server.Heartbeat.Now, restarts: true);
        try
        {
            while (true)
            {
                ReadResult read = await input.ReadAsync();
                ProxyHeaderStatus status = ProxyHeader.TryRead(read.Buffer, out ProxyHeader header, out long length);
                if (status == ProxyHeaderStatus.Complete)
                {
                    input.AdvanceTo(read.Buffer.GetPosition(length));
                    return Take(dialog, connection as AdmittedConnection, header);
                }

                bool isEmpty = read.Buffer.IsEmpty;
                input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                if (status != ProxyHeaderStatus.NeedMoreData || read.IsCompleted || dialog.StopRequested)
                {
                    if (!isEmpty)
                    {
                        dialog.LogSession(status == ProxyHeaderStatus.ChecksumWrong
                            ? "rejecting connection: the checksum of its PROXY header is wrong"u8
                            : "rejecting connection: it does not begin with a PROXY header"u8);
                    }

                    return false;
                }
            }
        }
        finally
        {
            dialog.Timeouts.Leave();
        }
    }

    /// <summary>The session is that of a client with this identity, of whom nothing is decided yet.</summary>
    /// <returns>False if there are too many of its address; the reply is written.</returns>
    /// <param name="tls">What it spoke with the proxy, and counts as spoken with us.</param>
    public static bool TryBecome(
        SessionDialog dialog,
        AdmittedConnection? connection,
        IPEndPoint source,
        IPAddress? destination,
        TlsInfo? tls = null)
    {
        IPAddress address = ClientIdentity.Unmapped(source.Address);
        AdmissionResult admission = connection?.EnterAs(address) ?? AdmissionResult.Admitted;
        dialog.Become(new ClientIdentity(address, source.Port, dialog.Client.Listener)
        {
            Modifiers = dialog.Client.Modifiers,
            LocalAddress = destination is null ? dialog.Client.LocalAddress : ClientIdentity.Unmapped(destination),
            ArrivalAddress = dialog.Client.ArrivalAddress,
            DelayLoad = dialog.Client.DelayLoad,
            QueueLoad = dialog.Client.QueueLoad,
            QueuesOnly = dialog.Client.QueuesOnly,
            ConnectionRate = connection?.Rate ?? 0,
            OpenConnections = connection?.Open ?? 0,
            Tls = tls,
        });
        if (admission == AdmissionResult.Admitted)
        {
            return true;
        }

        dialog.Server.Counters.ConnectionRefused();
        if ((dialog.Client.Modifiers & ListenerModifiers.ImplicitTls) == 0 || dialog.IsTls)
        {
            dialog.Reply(Replies.TooManyConnectionsFromAddress);
        }

        return false;
    }

    private static bool Take(SessionDialog dialog, AdmittedConnection? connection, in ProxyHeader header)
    {
        if (header.Source is { } source)
        {
            bool endsTls = header.Tls is not null && dialog.Settings.IsTlsProxy(dialog.Client.Address);
            TlsInfo? tls = endsTls ? TlsInfo.Told(header.Tls!.Version, header.Tls.Cipher) : null;
            if (!TryBecome(dialog, connection, source, header.Destination?.Address, tls))
            {
                return false;
            }

            if (tls is not null)
            {
                dialog.LogSession(Encoding.UTF8.GetBytes(
                    $"TLS was ended by the proxy, relay={Encoding.UTF8.GetString(dialog.ClientText)}, {tls.LogText}"));
            }

            return true;
        }

        dialog.IsClientUnknown = !header.IsLocal;
        return true;
    }
}
