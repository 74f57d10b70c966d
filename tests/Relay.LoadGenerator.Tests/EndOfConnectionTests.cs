using System.Net;
using System.Net.Sockets;
using System.Text;
using Relay.LoadGenerator.Sink;
using Relay.LoadGenerator.Source;

namespace Relay.LoadGenerator.Tests;

/// <summary>How connections end behind QUIT, seen from the other side.</summary>
public class EndOfConnectionTests
{
    private const int TcpInformation = 11;         // TCP_INFO of linux/tcp.h
    private const int SegmentsReceivedAt = 140;    // tcpi_segs_in, 32 bits

    [Theory]
    [InlineData(false, SocketError.Success)]
    [InlineData(true, SocketError.ConnectionReset)]
    public async Task Source_ends_by_reset_only_where_it_was_told_to(bool reset, SocketError expected)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var source = new LoadSource(LoadRun.Source with
        {
            Targets = [listener.LocalEndpoint],
            Sessions = 1,
            Messages = 1,
            MessagesPerConnection = 1,
            Pipelining = PipeliningMode.Off,
            ResetAfterQuit = reset,
        });
        Task<SourceReport> run = source.RunAsync();
        using Socket server = await listener.AcceptSocketAsync().WaitAsync(LoadRun.Patience);
        foreach ((string reply, string end) in new[]
        {
            ("220 x", "EHLO load.example\r\n"), ("250 x", ">\r\n"), ("250 x", ">\r\n"), ("250 x", "DATA\r\n"),
            ("354 x", "\r\n.\r\n"), ("250 x", "QUIT\r\n"),
        })
        {
            await server.SendAsync(Encoding.ASCII.GetBytes(reply + "\r\n"));
            await ReadToAsync(server, end);
        }

        await server.SendAsync("221 x\r\n"u8.ToArray());
        Assert.Equal((0, expected), await ReceiveAsync(server, new byte[100]));
        SourceReport report = await run.WaitAsync(LoadRun.Patience);
        Assert.Equal((1L, 0L, 0L), (report.Acknowledged, report.Broken, report.ConnectionsLost));
    }

    [Theory]
    [InlineData("QUIT\r\n")]
    [InlineData("QUIT\r\nNOOP\r\n")]
    [InlineData("NOOP\r\nQUIT\r\n")]
    public async Task Sink_answers_the_last_command_before_it_closes(string commands)
    {
        using var sink = new LoadSink(LoadRun.Sink);
        Task<SinkReport> absorbing = sink.RunAsync();
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(sink.EndPoints[0]);
        await ReadToAsync(client, "\r\n");
        await client.SendAsync(Encoding.ASCII.GetBytes(commands));
        Assert.EndsWith("221 2.0.0 Bye\r\n", await ReadToAsync(client, "Bye\r\n"), StringComparison.Ordinal);
        Assert.Equal((0, SocketError.Success), await ReceiveAsync(client, new byte[100]));
        sink.Stop();
        await absorbing.WaitAsync(LoadRun.Patience);
    }

    [Fact]
    public async Task Sinks_last_reply_and_its_end_are_one_segment()
    {
        const int Connections = 50;
        uint fewest = uint.MaxValue;
        using var sink = new LoadSink(LoadRun.Sink);
        Task<SinkReport> absorbing = sink.RunAsync();
        for (int i = 0; i < Connections; i++)
        {
            using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(sink.EndPoints[0]);
            await ReadToAsync(client, "\r\n");
            uint before = SegmentsReceived(client);
            await client.SendAsync("QUIT\r\n"u8.ToArray());
            await ReadToAsync(client, "Bye\r\n");
            Assert.Equal((0, SocketError.Success), await ReceiveAsync(client, new byte[100]));
            fewest = Math.Min(fewest, SegmentsReceived(client) - before);
        }

        Assert.InRange(fewest, 1u, 2u); // the reply with FIN, and mostly an acknowledgement of QUIT ahead of it
        sink.Stop();
        await absorbing.WaitAsync(LoadRun.Patience);
    }

    private static async Task<string> ReadToAsync(Socket socket, string end)
    {
        byte[] buffer = new byte[4096];
        var text = new StringBuilder();
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            (int received, SocketError error) = await ReceiveAsync(socket, buffer);
            Assert.True(received > 0, $"'{text}', then {error}");
            text.Append(Encoding.ASCII.GetString(buffer, 0, received));
        }

        return text.ToString();
    }

    private static async Task<(int Received, SocketError Error)> ReceiveAsync(Socket socket, byte[] buffer)
    {
        try
        {
            return (await socket.ReceiveAsync(buffer.AsMemory()).AsTask().WaitAsync(LoadRun.Patience),
                SocketError.Success);
        }
        catch (SocketException error)
        {
            return (0, error.SocketErrorCode);
        }
    }

    private static uint SegmentsReceived(Socket socket)
    {
        byte[] information = new byte[SegmentsReceivedAt + sizeof(uint)];
        socket.GetRawSocketOption((int)SocketOptionLevel.Tcp, TcpInformation, information);
        return BitConverter.ToUInt32(information, SegmentsReceivedAt);
    }
}
