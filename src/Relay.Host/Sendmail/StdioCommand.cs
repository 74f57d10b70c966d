using System.Net.Sockets;
using Relay.Host.Commands;

namespace Relay.Host.Sendmail;

/// <summary><c>sendmail -bs</c>: an SMTP session on standard input and output, with the relay behind it.</summary>
internal static class StdioCommand
{
    public static async Task<int> RunAsync(SendmailArguments arguments, CommandSettings settings)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(settings.SubmissionSocket));
        }
        catch (SocketException exception)
        {
            Console.Out.Write("421 4.3.2 the relay does not take mail now\r\n");
            await Console.Error.WriteLineAsync(
                Printable.Of($"{arguments.Program}: {settings.SubmissionSocket}: {exception.Message}"));
            return ExitCode.TemporaryFailure;
        }

        var stream = new NetworkStream(socket);
        Stream output = Console.OpenStandardOutput();
        byte[] greeting = await ReadLineAsync(stream);
        await output.WriteAsync(greeting);
        await output.FlushAsync();
        if (greeting.AsSpan().StartsWith("220 "u8))
        {
            await stream.WriteAsync("NOOP -bs\r\n"u8.ToArray()); // for the warning; its answer is nobody's business
            await ReadLineAsync(stream);
        }

#pragma warning disable CA2025 // the input may never end; the end of the process ends its reading
        _ = SendAsync(Console.OpenStandardInput(), stream, socket);
#pragma warning restore CA2025
        await CopyAsync(stream, output); // the relay closes behind QUIT or the end of input
        await stream.DisposeAsync();
        return ExitCode.Ok;
    }

    /// <summary>A line with its end; what came of it if that is all there is.</summary>
    private static async Task<byte[]> ReadLineAsync(NetworkStream stream)
    {
        var line = new List<byte>(128);
        byte[] octet = new byte[1];
        try
        {
            while (line is not [.., (byte)'\n'] && await stream.ReadAsync(octet) > 0)
            {
                line.Add(octet[0]);
            }
        }
        catch (IOException)
        {
            // gone
        }

        return [.. line];
    }

    private static async Task SendAsync(Stream input, Stream output, Socket socket)
    {
        await CopyAsync(input, output);
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // closed by the relay
        }
    }

    /// <summary>Ends when either side does; octets go on as they come.</summary>
    private static async Task CopyAsync(Stream from, Stream to)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = await from.ReadAsync(buffer)) > 0)
            {
                await to.WriteAsync(buffer.AsMemory(0, read));
                await to.FlushAsync();
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // gone
        }
    }
}
