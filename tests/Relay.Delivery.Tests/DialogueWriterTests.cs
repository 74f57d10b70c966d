using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Relay.Delivery.Client;

namespace Relay.Delivery.Tests;

public sealed class DialogueWriterTests : IDialogue
{
    private readonly List<string> _lines = [];
    private readonly Pipe _pipe = new();

    [Theory]
    [InlineData("AUTH PLAIN AGpvaG4Ac2VjcmV0", ">>> AUTH PLAIN *")]
    [InlineData("auth login", ">>> auth login")]
    [InlineData("MAIL FROM:<a@b.example>", ">>> MAIL FROM:<a@b.example>")]
    [InlineData("", ">>> ")]
    public void Commands_are_shown_and_what_authenticates_is_not(string command, string shown)
    {
        var writer = new DialogueWriter(_pipe.Writer, this);
        writer.Write(Encoding.ASCII.GetBytes(command + "\r\n"));
        Assert.Equal([shown], _lines);
    }

    [Fact]
    public void An_answer_to_334_is_not_shown_and_the_next_command_is()
    {
        var writer = new DialogueWriter(_pipe.Writer, this) { HidesNextLine = true };
        writer.Write("c2VjcmV0\r\nQUIT\r\n"u8);
        Assert.Equal([">>> *", ">>> QUIT"], _lines);
    }

    [Fact]
    public async Task Octets_arrive_unchanged_in_whatever_pieces_they_are_written()
    {
        var writer = new DialogueWriter(_pipe.Writer, this);
        foreach (byte octet in "RCPT TO:<a@b.example>\r\nDATA\r\n"u8.ToArray())
        {
            writer.Write([octet]);
        }

        await writer.FlushAsync();
        ReadResult read = await _pipe.Reader.ReadAsync();
        Assert.Equal("RCPT TO:<a@b.example>\r\nDATA\r\n", Encoding.ASCII.GetString(read.Buffer));
        Assert.Equal([">>> RCPT TO:<a@b.example>", ">>> DATA"], _lines);
    }

    void IDialogue.Add(string line) => _lines.Add(line);

    void IDialogue.Opened()
    {
    }

    void IDialogue.Closed()
    {
    }

    void IDialogue.Parked(string line)
    {
    }
}
