using System.Net;
using System.Text;
using Relay.Smtp.Replies;
using Relay.Tls;

namespace Relay.Server.Sessions;

/// <summary>
/// XCLIENT (Postfix: XCLIENT_README): a proxy that we trust says whose session this is. Then everything begins anew,
/// the connection policy and the greeting too. Once in a connection: behind the first, it is the client who speaks.
/// </summary>
internal static class XclientCommand
{
    /// <summary>The mechanism of who has authenticated to the proxy.</summary>
    private const string Mechanism = "XCLIENT";

    public static ReadOnlySpan<byte> Keyword =>
        "250-XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT REVERSE_NAME\r\n"u8;

    public static Step Xclient(SessionDialog dialog, ReadOnlySpan<byte> arguments)
    {
        if (!dialog.IsXclientHost || ReferenceEquals(dialog.Rejection, SessionDialog.CommandRejected))
        {
            return OtherCommands.Unknown(dialog, "XCLIENT"u8);
        }

        if (dialog.Transaction is not null)
        {
            return dialog.Refuse(Replies.XclientInTransaction);
        }

        return XclientAttributes.Parse(arguments) is { } attributes
            ? Become(dialog, attributes)
            : dialog.Refuse(Replies.XclientSyntax);
    }

    private static Step Become(SessionDialog dialog, XclientAttributes attributes)
    {
        TlsInfo? tls = dialog.Client.Tls;
        IPAddress address = attributes.Address ?? dialog.Client.Address;
        bool isUnknown = attributes.HasAddress ? attributes.Address is null : dialog.IsClientUnknown;
        var source = new IPEndPoint(address, attributes.Port ?? (attributes.HasAddress ? 0 : dialog.Client.Port));
        if (!ProxiedClient.TryBecome(dialog, dialog.Connection, source, attributes.Destination))
        {
            return Step.Close;
        }

        dialog.IsXclientHost = false; // from here on we hear whom the proxy speaks for
        dialog.IsClientUnknown = isUnknown;
        dialog.Client.Tls = tls is null ? null : WithoutCertificate(tls);
        if (attributes.Helo.Length > 0)
        {
            dialog.Client.Helo = Encoding.ASCII.GetBytes(attributes.Helo);
            dialog.IsGreeted = true;
            dialog.IsExtended = attributes.IsExtended;
        }

        if (attributes.Login.Length > 0)
        {
            dialog.Client.AuthenticatedIdentity = attributes.Login;
            dialog.AuthenticatedIdentity = Encoding.UTF8.GetBytes(attributes.Login);
            dialog.Client.AuthenticationMechanism = Mechanism;
            dialog.Client.MayRelayByAuthentication = true;
        }

        return Step.Greet;
    }

    /// <summary>The certificate was the proxy's: it gives the client no right.</summary>
    private static TlsInfo WithoutCertificate(TlsInfo tls) => new()
    {
        Version = tls.Version,
        Cipher = tls.Cipher,
        Bits = tls.Bits,
        Verification = TlsVerification.Not,
        ServerName = tls.ServerName,
    };
}
