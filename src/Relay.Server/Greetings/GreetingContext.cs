using System.Text;
using Relay.Server.Policies;
using Relay.Server.Sessions;

namespace Relay.Server.Greetings;

/// <summary>Where the macros of a greeting take their values from.</summary>
/// <param name="HostName">This host's.</param>
/// <param name="Date">The present date-time, as <see cref="Transactions.DateStamp"/> makes it.</param>
internal readonly record struct GreetingContext(
    byte[] HostName, byte[] Date, ClientIdentity Client, ClientTexts Texts)
{
    private static readonly byte[] Version = Encoding.ASCII.GetBytes(
        typeof(GreetingContext).Assembly.GetName().Version?.ToString(3) ?? "0");

    private static readonly byte[] NodeName = Encoding.ASCII.GetBytes(Environment.MachineName);

    /// <summary>The value; empty if there is none.</summary>
    public ReadOnlySpan<byte> ValueOf(Macro macro) => macro switch
    {
        Macro.HostName => HostName,
        Macro.ShortName => Dot is var dot && dot < 0 ? HostName : HostName.AsSpan(0, dot),
        Macro.DomainPart => Dot < 0 ? default : HostName.AsSpan(Dot + 1),
        Macro.NodeName => NodeName,
        Macro.Version => Version,
        Macro.Date => Date,
        Macro.MailerDaemon => "MAILER-DAEMON"u8,
        Macro.Peer => Texts.Client,
        Macro.ClientAddress => Encoding.ASCII.GetBytes(Client.Address.ToString()),
        Macro.ClientName => Client.HostName is { } name ? Encoding.ASCII.GetBytes(name) : Texts.AddressLiteral,
        Macro.ClientPtr => Encoding.ASCII.GetBytes(Client.PtrName ?? string.Empty),
        Macro.ClientResolve => Client.Resolution switch
        {
            ClientResolution.Ok => "OK"u8,
            ClientResolution.Fail => "FAIL"u8,
            ClientResolution.Forged => "FORGED"u8,
            ClientResolution.Temp => "TEMP"u8,
            _ => default,
        },
        Macro.InterfaceAddress => Client.LocalAddress is { } local
            ? Encoding.ASCII.GetBytes(local.ToString())
            : default,
        Macro.DaemonName => Texts.Listener,
        _ => default,
    };

    private int Dot => HostName.AsSpan().IndexOf((byte)'.');
}
