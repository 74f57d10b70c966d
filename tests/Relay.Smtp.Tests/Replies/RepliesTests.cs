using System.Buffers;
using System.Reflection;
using System.Text.RegularExpressions;
using Relay.Smtp.Commands;
using Relay.Smtp.Replies;
using Relay.Testing;
using RepliesSent = Relay.Smtp.Replies.Replies;

namespace Relay.Smtp.Tests.Replies;

/// <summary>RFC 5321 §4.2, RFC 2034 §4.</summary>
public partial class RepliesTests
{
    private delegate ReadOnlySpan<byte> Getter();

    [Fact]
    public void Every_reply_is_one_well_formed_line()
    {
        Assert.All(All(), reply =>
        {
            Assert.Matches(WellFormed(), reply.Text);
            Assert.True(reply.Text.Length <= SmtpLimits.ReplyLineMax - 200, "leaves room for what is inserted");
            string complete = reply.Name == nameof(RepliesSent.Ehlo) ? "250 host" + "\r\n" : "";
            var buffer = new ReadOnlySequence<byte>(Octets.Of(reply.Text + complete));
            Assert.Equal(ReplyStatus.Complete, ReplyParser.TryRead(buffer, out _, out SequencePosition end));
            Assert.Equal(buffer.Length, buffer.Slice(0, end).Length);
        });
    }

    [Fact]
    public void Enhanced_codes_have_their_codes_class_and_are_missing_only_where_the_rfc_says()
    {
        string[] without = ["Greeting", "Helo", "Ehlo", "StartMailInput", "HelloSyntax", "NotAcceptingMessages"];
        Assert.All(All(), reply =>
        {
            Match match = EnhancedCode().Match(reply.Text);
            Assert.Equal(!without.Contains(reply.Name), match.Success);
            Assert.True(!match.Success || match.Groups[1].Value == reply.Text[..1], reply.Text);
        });
    }

    [Fact]
    public void Every_refusal_of_the_grammar_has_its_reply()
    {
        HashSet<string> replies = [];
        foreach (CommandError error in Enum.GetValues<CommandError>().Where(error => error != CommandError.None))
        {
            string reply = Octets.Text(RepliesSent.For(error));
            Assert.StartsWith("5", reply, StringComparison.Ordinal);
            Assert.True(replies.Add(reply), $"{error} has the reply of another");
        }
    }

    [Fact]
    public void The_document_lists_exactly_the_replies_of_the_code()
    {
        string[] documented = [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "replies.md"))
            .Select(line => DocumentRow().Match(line))
            .Where(match => match.Success)
            .Select(match => $"{match.Groups[1].Value} = {match.Groups[2].Value}")
            .Order(StringComparer.Ordinal)];
        string[] sent =
            [.. All().Select(reply => $"{reply.Name} = {reply.Text.TrimEnd()}").Order(StringComparer.Ordinal)];
        Assert.Equal(sent, documented);
    }

    private static IEnumerable<(string Name, string Text)> All() =>
        typeof(RepliesSent).GetProperties(BindingFlags.Static | BindingFlags.Public)
            .Select(property => (property.Name, Octets.Text(property.GetMethod!.CreateDelegate<Getter>()())));

    [GeneratedRegex(@"^[2345][0-5][0-9][ -][\x20-\x7E]+\r\n\z")]
    private static partial Regex WellFormed();

    [GeneratedRegex(@"^\d{3} ([245])\.\d{1,3}\.\d{1,3} ")]
    private static partial Regex EnhancedCode();

    [GeneratedRegex(@"^\| `(\w+)` \| `([^`]+)` \| [^|]+ \|$")]
    private static partial Regex DocumentRow();
}
