using System.Text;
using Relay.Server.Listening;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Sessions;

/// <summary>
/// How much a connection receives at once: a page, and more in the midst of long content only, so that a session that
/// waits holds a page.
/// </summary>
public sealed class ReceiveBlockTests
{
    private const int Small = BlockMemoryPool.BlockSize;
    private const int Large = BlockMemoryPool.LargeBlockSize;
    private const string Recipients = "MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\n";

    [Fact]
    public void Long_content_behind_DATA_comes_in_large_blocks_from_its_16th_kilobyte_on()
    {
        using var fixture = new ServerFixture();
        TestClient client = Greet(fixture);
        List<int> blocks = Receive(client, Recipients + "DATA\r\n");
        blocks.AddRange(Receive(client, Lines(150_000)));
        Assert.Equal(
            [.. Enumerable.Repeat(Small, 5), .. Enumerable.Repeat(Large, blocks.Count - 5)],
            blocks);
        Assert.InRange(blocks.Count, 10, 15);
        Assert.True(Assert.Single(Receive(client, ".\r\n")) > Small); // the content had not ended
        Assert.Equal([Small], Receive(client, "NOOP\r\n"));
        Assert.Single(fixture.Queue.Messages);
    }

    [Fact]
    public void Refused_content_comes_in_large_blocks_too()
    {
        using var fixture = new ServerFixture();
        TestClient client = Greet(fixture);
        Receive(client, Recipients + "DATA\r\n");
        Receive(client, "bare\ncontent\r\n");
        Assert.Contains(Large, Receive(client, Lines(50_000)));
        Receive(client, ".\r\n");
        Assert.Equal([Small], Receive(client, "NOOP\r\n"));
        Assert.Empty(fixture.Queue.Messages);
    }

    [Fact]
    public void Long_chunk_comes_in_large_blocks_up_to_its_last_16_kilobytes()
    {
        using var fixture = new ServerFixture();
        TestClient client = Greet(fixture);
        Receive(client, Recipients + "BDAT 100000 LAST\r\n");
        List<int> blocks = Receive(client, Lines(100_000));
        int large = blocks.Count(size => size == Large);
        Assert.Equal(Enumerable.Repeat(Large, large), blocks.Take(large));
        Assert.InRange(large, 5, 7);
        Assert.All(blocks.Skip(large), size => Assert.Equal(Small, size));
        Assert.Equal([Small], Receive(client, "NOOP\r\n"));
        Assert.Single(fixture.Queue.Messages);
    }

    [Fact]
    public void Short_messages_are_received_by_the_page()
    {
        using var fixture = new ServerFixture();
        TestClient client = Greet(fixture);
        for (int i = 0; i < 3; i++)
        {
            Receive(client, Recipients + "DATA\r\n");
            Assert.All(Receive(client, Lines(15_000) + ".\r\n"), room => Assert.InRange(room, 1, Small));
        }

        Assert.Equal(3, fixture.Queue.Messages.Count);
    }

    private static TestClient Greet(ServerFixture fixture)
    {
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        return client;
    }

    private static string Lines(int octets)
    {
        var text = new StringBuilder(octets);
        while (text.Length < octets - 100)
        {
            text.Append('x', 78).Append("\r\n");
        }

        return text.Append('y', octets - text.Length - 2).Append("\r\n").ToString();
    }

    /// <summary>Gives octets to the session as a socket does that has them all.</summary>
    /// <returns>The room that there was each time, in octets.</returns>
    private static List<int> Receive(TestClient client, string text)
    {
        var rooms = new List<int>();
        ReadOnlySpan<byte> octets = Encoding.ASCII.GetBytes(text);
        while (!octets.IsEmpty)
        {
            Memory<byte> room = client.Connection.ClientOutput.GetMemory(Small / 2);
            int count = Math.Min(room.Length, octets.Length);
            octets[..count].CopyTo(room.Span);
            octets = octets[count..];
            client.Connection.ClientOutput.Advance(count);
            Assert.True(client.Connection.ClientOutput.FlushAsync().IsCompletedSuccessfully);
            client.Hear();
            rooms.Add(room.Length);
        }

        return rooms;
    }
}
