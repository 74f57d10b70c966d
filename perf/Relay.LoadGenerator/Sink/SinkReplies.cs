using System.Text;

namespace Relay.LoadGenerator.Sink;

/// <summary>The sink's replies, as bytes.</summary>
internal sealed class SinkReplies
{
    internal SinkReplies(SinkOptions options)
    {
        Greeting = Encoding.UTF8.GetBytes($"220 {options.HostName} {(options.Lmtp ? "LMTP" : "ESMTP")} relay-load\r\n");
        Helo = Encoding.UTF8.GetBytes($"250 {options.HostName}\r\n");
        var ehlo = new StringBuilder();
        ehlo.Append(options.Keywords.Count == 0 ? "250 " : "250-").Append(options.HostName).Append("\r\n");
        for (int i = 0; i < options.Keywords.Count; i++)
        {
            ehlo.Append(i == options.Keywords.Count - 1 ? "250 " : "250-").Append(options.Keywords[i]).Append("\r\n");
        }

        Ehlo = Encoding.UTF8.GetBytes(ehlo.ToString());
    }

    internal byte[] Greeting { get; }

    internal byte[] Ehlo { get; }

    internal byte[] Helo { get; }

    internal static ReadOnlySpan<byte> MailOk => "250 2.1.0 Ok\r\n"u8;

    internal static ReadOnlySpan<byte> RcptOk => "250 2.1.5 Ok\r\n"u8;

    internal static ReadOnlySpan<byte> StartInput => "354 End data with <CR><LF>.<CR><LF>\r\n"u8;

    internal static ReadOnlySpan<byte> Ok => "250 2.0.0 Ok\r\n"u8;

    internal static ReadOnlySpan<byte> Bye => "221 2.0.0 Bye\r\n"u8;

    internal static ReadOnlySpan<byte> CannotVerify => "252 2.0.0 Send it\r\n"u8;

    internal static ReadOnlySpan<byte> BadSequence => "503 5.5.1 Bad sequence of commands\r\n"u8;

    internal static ReadOnlySpan<byte> NoRecipients => "554 5.5.1 No valid recipients\r\n"u8;

    internal static ReadOnlySpan<byte> Unknown => "500 5.5.2 Command not recognized\r\n"u8;

    internal static ReadOnlySpan<byte> Syntax => "501 5.5.4 Syntax error\r\n"u8;
}
