namespace Relay.Testing;

/// <summary>
/// The server's side of an SMTP session that says yes to everything: octets in, octets out, nothing allocated. Used by
/// one connection.
/// </summary>
public sealed class SinkDialogue
{
    private bool _inData;

    /// <summary>What a server says first.</summary>
    public static ReadOnlySpan<byte> Greeting => "220 sink.test ESMTP\r\n"u8;

    /// <summary>Answers what is there in full; returns how much of the input that was.</summary>
    /// <param name="input">What was received and not consumed.</param>
    /// <param name="output">Takes the replies; large enough for as many as the input asks for.</param>
    /// <param name="written">Octets of replies.</param>
    /// <param name="messages">Messages that ended.</param>
    public int Consume(ReadOnlySpan<byte> input, Span<byte> output, out int written, out int messages)
    {
        int used = 0;
        written = messages = 0;
        while (true)
        {
            ReadOnlySpan<byte> rest = input[used..];
            if (_inData)
            {
                int end = rest.IndexOf("\r\n.\r\n"u8);
                if (end < 0)
                {
                    return used + Math.Max(0, rest.Length - 4); // what may be the beginning of the end is kept
                }

                used += end + 5;
                _inData = false;
                messages++;
                Write("250 2.0.0 Ok\r\n"u8, output, ref written);
                continue;
            }

            int line = rest.IndexOf((byte)'\n');
            if (line < 0)
            {
                return used;
            }

            used += line + 1;
            _inData = rest[0] == (byte)'D';
            Write(
                _inData ? "354 Go\r\n"u8
                : rest[0] == (byte)'E' ? "250-sink.test\r\n250-PIPELINING\r\n250-SIZE\r\n250 8BITMIME\r\n"u8
                : "250 2.0.0 Ok\r\n"u8,
                output,
                ref written);
        }
    }

    private static void Write(ReadOnlySpan<byte> reply, Span<byte> output, ref int written)
    {
        reply.CopyTo(output[written..]);
        written += reply.Length;
    }
}
