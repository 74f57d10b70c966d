using System.Buffers;
using Relay.Smtp.Data;
using Relay.Testing;

namespace Relay.Smtp.Tests.Data;

/// <summary>RFC 5321 §4.1.1.4, §4.5.2 and §2.3.8.</summary>
public class ContentScannerTests
{
    /// <summary>Sequences that some server has taken for the end of data, or that hide it (SMTP smuggling).</summary>
    public static TheoryData<string, string> SmugglingCorpus => new()
    {
        { "bare LF around the dot", "text\n.\nMAIL FROM:<a@b>\r\n" },
        { "bare CR around the dot", "text\r.\rMAIL FROM:<a@b>\r\n" },
        { "CRLF before, LF after", "text\r\n.\nMAIL FROM:<a@b>\r\n" },
        { "LF before, CRLF after", "text\n.\r\nMAIL FROM:<a@b>\r\n" },
        { "CR before, CRLF after", "text\r.\r\nMAIL FROM:<a@b>\r\n" },
        { "CRLF before, CR after", "text\r\n.\rMAIL FROM:<a@b>\r\n" },
        { "CR CRLF before", "text\r\n.\r\r\nMAIL FROM:<a@b>\r\n" },
        { "LF CR around the dot", "text\n\r.\n\rMAIL FROM:<a@b>\r\n" },
        { "CR LF LF", "text\r\n.\n\nMAIL FROM:<a@b>\r\n" },
        { "CR NUL LF", "text\r\0\n.\r\0\nMAIL FROM:<a@b>\r\n" },
        { "NUL behind the dot", "text\r\n.\0\r\nMAIL FROM:<a@b>\r\n" },
        { "space behind the dot", "text\r\n. \r\nMAIL FROM:<a@b>\r\n" },
        { "two dots", "text\r\n..\r\nMAIL FROM:<a@b>\r\n" },
        { "first line LF", ".\nMAIL FROM:<a@b>\r\n" },
        { "first line CR", ".\rMAIL FROM:<a@b>\r\n" },
        { "LF first", "\n.\r\nMAIL FROM:<a@b>\r\n" },
        { "CR first", "\r.\r\nMAIL FROM:<a@b>\r\n" },
        { "next line character", "text\r\n.\x85\r\nMAIL FROM:<a@b>\r\n" },
        { "dot CR CR LF", "text\r\n.\r\r\n" },
        { "lone dot at the end", "text\r\n." },
        { "lone dot and CR at the end", "text\r\n.\r" },
    };

    [Theory]
    [MemberData(nameof(SmugglingCorpus))]
    public void Nothing_but_crlf_dot_crlf_ends_data(string name, string content)
    {
        foreach (ReadOnlySequence<byte> sequence in SequenceVariants.Of(Octets.Of(content)))
        {
            var scanner = default(ContentScanner);
            Assert.False(scanner.Scan(sequence, out long consumed), name);
            Assert.Equal(content.Length, consumed);
            AssertAsNaive(sequence.ToArray(), ref scanner, consumed);
        }
    }

    [Theory]
    [MemberData(nameof(SmugglingCorpus))]
    public void Only_wholly_clean_content_of_the_corpus_is_not_flagged(string name, string content)
    {
        string[] harmless =
        [
            "NUL behind the dot", "space behind the dot", "two dots", "next line character", "lone dot at the end",
            "lone dot and CR at the end",
        ];
        var scanner = default(ContentScanner);
        scanner.Scan(Octets.Of(content), out _);
        Assert.NotEqual(harmless.Contains(name), scanner.HasBareCr || scanner.HasBareLf);
    }

    [Theory]
    [InlineData(".\r\n", 0, 0)]
    [InlineData(".\r\n.\r\n", 0, 0)]
    [InlineData("\r\n.\r\n", 2, 0)]
    [InlineData("a\r\n.\r\nQUIT\r\n", 3, 0)]
    [InlineData("..\r\n.\r\n", 4, 1)]
    [InlineData(".a\r\n.b\r\nc.\r\n.\r\n", 12, 2)]
    [InlineData("a\r\n..\r\n.\r\n", 7, 1)]
    public void Data_ends_behind_the_first_line_of_one_dot(string content, int length, int stuffedDots)
    {
        foreach (ReadOnlySequence<byte> sequence in SequenceVariants.Of(Octets.Of(content)))
        {
            var scanner = default(ContentScanner);
            Assert.True(scanner.Scan(sequence, out long consumed));
            Assert.Equal(length + 3, consumed);
            Assert.Equal(3, scanner.TerminatorLength);
            Assert.Equal(stuffedDots, scanner.StuffedDotCount);
            Assert.Equal(stuffedDots > 0, scanner.Flags.HasFlag(ContentFlags.StuffedDots));
            Assert.False(scanner.HasBareCr || scanner.HasBareLf);
            Assert.True(scanner.Scan(Octets.Of("\n\x80"), out int more));
            Assert.Equal(0, more);
            Assert.False(scanner.HasBareLf);
        }
    }

    [Fact]
    public void What_follows_the_end_of_data_is_not_looked_at()
    {
        for (int before = 0; before < 140; before++)
        {
            byte[] content = Octets.Of(new string('a', before) + "\r\n.\r\n\0\x80\n\r.\r\n\r\n.");
            var scanner = default(ContentScanner);
            Assert.True(scanner.Scan(content, out int consumed));
            Assert.Equal(before + 5, consumed);
            Assert.Equal(ContentFlags.None, scanner.Flags);
            Assert.False(scanner.HasBareCr || scanner.HasBareLf);
        }
    }

    [Fact]
    public void Every_place_of_every_event_in_a_long_text_is_seen()
    {
        string[] happenings =
            ["\r\n.\r\n", "\r\n.", "\n", "\r", "\0", "\x80", "\r\n..\r\n", "\r\n.\r", "\r\n.\n"];
        foreach (string happening in happenings)
        {
            for (int at = 0; at < 900; at++)
            {
                byte[] content = Octets.Of(new string('a', at) + happening + new string('b', 900 - at));
                var scanner = default(ContentScanner);
                scanner.Scan(content, out int consumed);
                AssertAsNaive(content, ref scanner, consumed);
            }
        }
    }

    [Fact]
    public void Every_place_of_every_event_in_a_text_of_lines_is_seen()
    {
        string lines = string.Concat(Enumerable.Range(0, 40).Select(i => new string('a', i) + "\r\n"));
        foreach (string happening in new[] { ".", ".\r\n", "\n", "\r", "\n.", "\r\n.", "\0", "\x80", "..\r\n" })
        {
            for (int at = 0; at <= lines.Length; at++)
            {
                byte[] content = Octets.Of(lines.Insert(at, happening));
                var scanner = default(ContentScanner);
                scanner.Scan(content, out int consumed);
                AssertAsNaive(content, ref scanner, consumed);
            }
        }
    }

    [Fact]
    public void Any_octets_give_what_the_naive_machine_gives()
    {
        Properties.ForAll("\r\n.\r\n.ab", 20_000, octets =>
        {
            var scanner = default(ContentScanner);
            scanner.Scan(octets, out int consumed);
            AssertAsNaive(octets, ref scanner, consumed);
        });
    }

    [Fact]
    public void Any_octets_give_the_same_however_they_are_cut()
    {
        Properties.ForAll("\r\n.\r\n.ab", 300, octets =>
        {
            foreach (ReadOnlySequence<byte> sequence in SequenceVariants.Of(octets))
            {
                var scanner = default(ContentScanner);
                scanner.Scan(sequence, out long consumed);
                AssertAsNaive(octets, ref scanner, consumed);
            }
        });
    }

    [Fact]
    public void Long_random_texts_in_random_pieces_give_what_the_naive_machine_gives()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        string[] words =
            ["\r\n", "\r\n", "\r\n.", "\r\n..", "\r\n.a", "text", "some more text", ".", "x", "\r", "\n", "\xE9", "\0"];
        for (int round = 0; round < 3000; round++)
        {
            int usual = random.Next(2, words.Length + 1);
            int frequency = random.Next(2, 40);
            string text = string.Concat(Enumerable.Range(0, random.Next(800)).Select(
                _ => random.Next(frequency) == 0 ? words[random.Next(usual)] : random.Next(9) == 0 ? "\r\n" : "abcdef"));
            byte[] content = Octets.Of(text + "\r\n.\r\n");
            var scanner = default(ContentScanner);
            int total = 0;
            bool ended = false;
            while (total < content.Length && !ended)
            {
                int piece = Math.Min(content.Length - total, random.Next(1, round % 2 == 0 ? 300 : 3000));
                ended = scanner.Scan(content.AsSpan(total, piece), out int consumed);
                total += consumed;
                AssertAsNaive(content, ref scanner, total, $"seed {seed}, round {round}");
            }

            Assert.True(ended || scanner.HasBareCr, $"seed {seed}, round {round}");
        }
    }

    private static void AssertAsNaive(byte[] octets, ref ContentScanner scanner, long consumed, string? message = null)
    {
        var naive = new NaiveContentScanner();
        int expected = 0;
        while (expected < octets.Length && expected < consumed && !naive.Next(octets[expected++]))
        {
        }

        Assert.True(
            naive.IsEnded == scanner.IsEnded
            && (naive.IsEnded || message is not null || consumed == octets.Length)
            && expected == consumed
            && naive.Flags == scanner.Flags
            && naive.StuffedDotCount == scanner.StuffedDotCount
            && naive.HasBareCr == scanner.HasBareCr
            && naive.HasBareLf == scanner.HasBareLf
            && naive.TerminatorLength == scanner.TerminatorLength,
            $"{message} differs at {consumed} of {Convert.ToHexString(octets)}");
    }
}
