using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using Relay.Dns.Messages;

namespace Relay.Dns.Transport;

/// <summary>
/// Asks one server one question: by UDP, by TCP if the response is truncated or looks forged, without EDNS0 if the
/// server does not know it. Thread-safe.
/// </summary>
internal static class ServerExchange
{
    /// <summary>So many datagrams that do not fit the question are no accident: TCP decides.</summary>
    private const int ForeignMax = 16;

    private const int TcpLengthMax = ushort.MaxValue;

    /// <param name="name">In wire form.</param>
    /// <param name="timeout">For UDP and for TCP each.</param>
    public static async ValueTask<Response> AskAsync(
        NameServer server, byte[] name, DnsRecordType type, TimeProvider time, TimeSpan timeout)
    {
        bool edns = !server.KnowsNoEdns;
        Response response = await AskByUdpAsync(server, name, type, edns, time, timeout);
        if (response.Kind == ResponseKind.FormatError && edns)
        {
            response = await AskByUdpAsync(server, name, type, edns: false, time, timeout);
            server.KnowsNoEdns = response.Kind is ResponseKind.Answer or ResponseKind.Truncated;
        }

        if (response.Kind is ResponseKind.Truncated or ResponseKind.WrongCase or ResponseKind.Foreign)
        {
            response = await AskByTcpAsync(server, name, type, time, timeout);
        }

        return response;
    }

    /// <returns>Foreign if there were too many datagrams that are no response to the question.</returns>
    private static async ValueTask<Response> AskByUdpAsync(
        NameServer server, byte[] name, DnsRecordType type, bool edns, TimeProvider time, TimeSpan timeout)
    {
        byte[] query = ArrayPool<byte>.Shared.Rent(QueryWriter.LengthMax);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(QueryWriter.UdpLengthMax);
        try
        {
            using var timed = new TimedSocket(server.EndPoint, isTcp: false, time, timeout);
            await timed.Socket.ConnectAsync(server.EndPoint);
            int length = QueryWriter.Write(query, name, type, edns);
            await timed.Socket.SendAsync(query.AsMemory(0, length));
            for (int foreign = 0; foreign < ForeignMax; foreign++)
            {
                int received = await timed.Socket.ReceiveAsync(buffer);
                Response response = ResponseReader.Read(
                    buffer.AsSpan(0, received), query.AsSpan(0, length), name.Length, overTcp: false);
                if (response.Kind != ResponseKind.Foreign)
                {
                    return response;
                }
            }

            return new Response(ResponseKind.Foreign);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return new Response(ResponseKind.Unreachable);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(query);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>RFC 7766: the length in two octets, then the message.</summary>
    private static async ValueTask<Response> AskByTcpAsync(
        NameServer server, byte[] name, DnsRecordType type, TimeProvider time, TimeSpan timeout)
    {
        byte[] query = ArrayPool<byte>.Shared.Rent(2 + QueryWriter.LengthMax);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(TcpLengthMax);
        try
        {
            using var timed = new TimedSocket(server.EndPoint, isTcp: true, time, timeout);
            timed.Socket.NoDelay = true;
            await timed.Socket.ConnectAsync(server.EndPoint);
            int length = QueryWriter.Write(query.AsSpan(2), name, type, edns: !server.KnowsNoEdns);
            BinaryPrimitives.WriteUInt16BigEndian(query, (ushort)length);
            await timed.Socket.SendAsync(query.AsMemory(0, 2 + length));
            if (!await FillAsync(timed.Socket, buffer.AsMemory(0, 2)))
            {
                return new Response(ResponseKind.ServerFailure);
            }

            int received = BinaryPrimitives.ReadUInt16BigEndian(buffer);
            if (!await FillAsync(timed.Socket, buffer.AsMemory(0, received)))
            {
                return new Response(ResponseKind.ServerFailure);
            }

            Response response = ResponseReader.Read(
                buffer.AsSpan(0, received), query.AsSpan(2, length), name.Length, overTcp: true);
            return response.Kind is ResponseKind.Foreign or ResponseKind.FormatError
                ? new Response(ResponseKind.ServerFailure)
                : response;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return new Response(ResponseKind.Unreachable);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(query);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async ValueTask<bool> FillAsync(Socket socket, Memory<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int received = await socket.ReceiveAsync(buffer);
            if (received == 0)
            {
                return false;
            }

            buffer = buffer[received..];
        }

        return true;
    }
}
