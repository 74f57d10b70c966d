using System.Buffers;
using System.Text;

namespace Relay.Benchmarks;

/// <summary>The octets that benchmarks and the allocation gate work on.</summary>
internal static class Corpus
{
    /// <summary>A session's command lines as clients send them, without CRLF.</summary>
    public static IReadOnlyList<string> CommandLines { get; } =
    [
        "EHLO mail-oi1-f170.example.com",
        "HELO [192.0.2.17]",
        "MAIL FROM:<bounces+4711-ab3c-user=example.org@em.example.com> SIZE=20480 BODY=8BITMIME",
        "RCPT TO:<first.last@department.example.org>",
        "RCPT TO:<a@b.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Bob+40example.com",
        "BDAT 86000 LAST",
        "DATA",
        "RSET",
        "NOOP",
        "QUIT",
        "STARTTLS",
        "XCLIENT NAME=spike.example",
    ];

    /// <summary>A reply to EHLO as Postfix gives it.</summary>
    public static byte[] EhloReply { get; } = Encoding.ASCII.GetBytes(
        "250-mx.example.org\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-VRFY\r\n250-ETRN\r\n250-STARTTLS\r\n"
        + "250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250 CHUNKING\r\n");

    /// <summary>78-column CRLF text in wire form with its terminator.</summary>
    /// <param name="dotEvery">Every so many lines one is stuffed; 0 for none.</param>
    public static byte[] Text(int size, int dotEvery = 0)
    {
        var text = new StringBuilder();
        for (int line = 1; text.Length + 83 <= size; line++)
        {
            bool dotted = dotEvery > 0 && line % dotEvery == 0;
            text.Append(dotted ? '.' : 'T').Append('h', 77).Append("\r\n");
        }

        return Encoding.ASCII.GetBytes(text.Append('x', size - text.Length - 5).Append("\r\n.\r\n").ToString());
    }

    /// <summary>A header as it comes through two hops, and a short text; content without terminator.</summary>
    public static byte[] Message(int size)
    {
        string header =
            "Received: from mx1.example.com (mx1.example.com [192.0.2.1]) by mx2.example.org with ESMTPS\r\n"
            + "\tid 4bXyz123; Fri, 20 Nov 2026 21:51:49 +0000\r\n"
            + "Received: from client.example.com by mx1.example.com with ESMTPSA id abc;\r\n"
            + "\tFri, 20 Nov 2026 21:51:48 +0000\r\nMessage-ID: <0123456789abcdef@client.example.com>\r\n"
            + "Date: Fri, 20 Nov 2026 21:51:48 +0000\r\nFrom: A <a@example.com>\r\nTo: B <b@example.org>\r\n"
            + "Subject: An ordinary message of ordinary length\r\nMIME-Version: 1.0\r\n"
            + "Content-Type: text/plain; charset=utf-8\r\n\r\n";
        byte[] text = Text(size - header.Length + 3);
        return [.. Encoding.ASCII.GetBytes(header), .. text[..^3]];
    }

    /// <summary>The octets in segments of the given size.</summary>
    public static ReadOnlySequence<byte> Segments(byte[] octets, int size)
    {
        if (octets.Length <= size)
        {
            return new ReadOnlySequence<byte>(octets);
        }

        var first = new Segment(octets.AsMemory(0, size), null);
        Segment last = first;
        for (int at = size; at < octets.Length; at += size)
        {
            last = new Segment(octets.AsMemory(at, Math.Min(size, octets.Length - at)), last);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}
