using System.Text.RegularExpressions;
using Relay.Testing;

namespace Relay.Host.Tests.Sendmail;

/// <summary>
/// Makes transcripts of "How to setup an E-Mail Relay Host with Sendmail" (8.9.3, printed on a web page) and ours
/// comparable. Every token that is replaced, and every line that is left out, is in the lists below with its reason;
/// all else must be equal.
/// </summary>
internal static class TranscriptNormaliser
{
    /// <summary>What the web page did to the article.</summary>
    private static readonly (string Pattern, string With, string Why)[] Page =
    [
        (@"(?m)[ \u00A0]*\n(?=\(Intl\)|meet you)", " ", "the page broke long replies into two lines"),
        (@"(?m)^(\S+@\S+)\. Connecting to (\S+\.) (esmtp)\.\.\.", "$1... Connecting to $2 via $3...",
            "the page lost two dots and a word"),
        (@"(?m)^\s*getmxrr\(", "getmxrr(", "the page indents some answers"),
        (@"(?m)^(RAA\d+)\s+(\d+) (\w+ \w+) (\d+) (\S+) (\S+)$", "$1 $2 $3 $4 $5 <SENDER>",
            "the page collapsed the columns; 8.9 prints local senders bare"),
        (@"Mail Queue \(", "QUEUE (", "8.9's head of the list"),
        (@"(?m)^--Q-ID-- --Size-- -----Q-Time----- -+Sender/Recipient-+$", "HEAD", "8.9's head of the columns"),
        (@"(?m)^\(martin\.zahn@plenaxx\.ch\.\.\. reply: (.*)$", "(Deferred: $1", "8.9's words for a lost connection"),
    ];

    /// <summary>What the test's world cannot have like the article's.</summary>
    private static readonly (string Pattern, string With, string Why)[] World =
    [
        (@"via esmtp\.\.\.", "via relay...", "the test has no DNS: its smart host is of the mailer relay"),
        (@"(nt-mail1\.plenaxx\.ch|paragon\.arkum\.ch)\.?", "HOST", "the next hop's name"),
        (@"\[127\.0\.0\.1\]( port \d+)?", "HOST", "the next hop's name here"),
        (@">>> EHLO \S+", ">>> EHLO NAME", "our own name"),
        (@"(?i)>>> MAIL FROM:<[^>]*> SIZE=\d+", ">>> MAIL FROM:<SENDER> SIZE=N",
            "the sender's name, the size with our own Received field; the command's case"),
        (@">>> RCPT To:", ">>> RCPT TO:", "the command's case"),
        (@"(?m)^250[- ](HELP|SIZE)\n", string.Empty, "the article left most of the answer to EHLO out"),
    ];

    /// <summary>Identity and macros: what belongs to a machine, a version or a moment.</summary>
    private static readonly (string Pattern, string With, string Why)[] Machine =
    [
        (@"(?m)^[ \t]+", string.Empty, "the page lost indentation"),
        (@":[ \t]+", ": ", "and tabs"),
        (@"(?m)^Version \S+", "Version V", "version"),
        (@"define\((v|Z) as \S+\)", "define($1 as V)", "version"),
        (@"(?m)^(Compiled with|PIPELINING|OS Defines).*\n", string.Empty, "8.18 prints its options; 8.9.3 did not"),
        (@"(Def Conf|Pid) file: \S+", "$1 file: FILE", "places of files"),
        (@"(?m)^a\.k\.a\.: (\[.*\]|localhost|\S+\..*)\n", string.Empty, "addresses and further names of the machine"),
        (@"UUCP nodename: \S+", "UUCP nodename: NODE", "node name"),
        (@"\$k = \S+", "$$k = NODE", "node name"),
        (@"define\(k as \S+\)", "define(k as NODE)", "node name"),
        (@"define\(b as [^)]*\)", "define(b as DATE)", "the time"),
        (@"define\(_ as [^)]*\)", "define(_ as USER)", "who runs it"),
        (@"(?m)^=+\n", string.Empty, "8.18 ends the block with a line"),
        (@"\n\n+", "\n", "empty lines"),
    ];

    /// <summary>What our programs print where 8.9.3 printed something else.</summary>
    private static readonly (string Pattern, string With, string Why)[] Ours =
    [
        (@"(?m)^\t\t\S+ \(", "QUEUE (", "8.18's head of the list"),
        (@"(?m)^------Q-ID------ --Size-- -----Q-Time----- -+Sender/Recipient-+$", "HEAD", "8.18's head of the columns"),
        (@"(?m)^\t\t\t\t\t <.*>\n", string.Empty, "8.9 did not show the recipient below its reason"),
        (@"(?m)^\t\t.*\n", string.Empty, "the summary, which 8.9 did not have"),
        (@"(?m)^[0-9A-Z]{16}[ *]\s+(\d+) (\w+ \w+)\s+(\d+) (\S+) <.*>$", "ID $1 $2 $3 $4 <SENDER>", "queue id"),
        (@"(?m)^\s+\(Deferred", "(Deferred", "8.18 indents the reason"),
    ];

    public static string Asset(string name) => File.ReadAllText(
        Path.Combine(Repository.Root, "tests", "Relay.Host.Tests", "Sendmail", "Assets", name));

    /// <summary>A dialogue as the article prints it.</summary>
    public static string OfSeed(string text) => Apply(Apply(text, Page), World).TrimEnd();

    /// <summary>A dialogue as we print it.</summary>
    public static string OfOurs(string text) => Apply(text, World).TrimEnd();

    /// <summary>Identity or macros, from either.</summary>
    public static string OfMachine(string text) => Apply(text, Machine).Trim();

    /// <summary>The article's queue.</summary>
    public static string OfSeedQueue(string text) =>
        Regex.Replace(Apply(Apply(text, Page), World), @"(?m)^RAA\d+", "ID").TrimEnd();

    /// <summary>Our queue.</summary>
    public static string OfOurQueue(string text) => Apply(Apply(text, Ours), World).TrimEnd();

    private static string Apply(string text, (string Pattern, string With, string Why)[] rules)
    {
        foreach ((string pattern, string with, string why) in rules)
        {
            Assert.NotEmpty(why);
            text = Regex.Replace(text, pattern, with, RegexOptions.None, TimeSpan.FromSeconds(60));
        }

        return text;
    }
}
