using Relay.Routing.Verdicts;
using Relay.Tables;
using Relay.Tables.Loading;
using Relay.Tables.Mailer;

namespace Relay.Host.Options;

/// <summary>The kinds of values that options about tables and rules take.</summary>
internal static class RuleFormats
{
    /// <summary>The name of a table's file.</summary>
    public static OptionFormat<string> TableFile { get; } = new(
        "a file name in `tables.directory`, an absolute path, or \"\" for none",
        static (string t, out string v) =>
        {
            v = t;
            return !t.Contains('\0', StringComparison.Ordinal);
        },
        static v => v,
        JsonTokens.String);

    public static OptionFormat<WordsSetting> Words { get; } = new(
        "a list of strings, or words separated by blanks or commas",
        static (string t, out WordsSetting v) =>
        {
            v = WordsSetting.Of(t);
            return t.Length < 1 << 20;
        },
        static v => v.Text,
        JsonTokens.String | JsonTokens.List);

    public static OptionFormat<WordsSetting> Domains { get; } = new(
        "a list of domains, or domains separated by blanks or commas",
        static (string t, out WordsSetting v) =>
        {
            v = WordsSetting.Of(t);
            return v.Words.All(static word => DomainName.TryNormalize(word, out _));
        },
        static v => v.Text,
        JsonTokens.String | JsonTokens.List);

    public static OptionFormat<BlocklistsSetting> Blocklists { get; } = new(
        BlocklistsSetting.Expected,
        BlocklistsSetting.TryParse,
        static v => v.Text,
        JsonTokens.String | JsonTokens.List);

    /// <summary>Null stands for none.</summary>
    public static OptionFormat<TargetSetting> Target { get; } = new(
        $"{MailerTargetParser.Expected}, or \"\" for none",
        static (string t, out TargetSetting v) =>
        {
            v = TargetSetting.None;
            if (t.Trim().Length == 0)
            {
                return true;
            }

            bool isTarget = MailerTargetParser.TryParse(t, out MailerTarget target, out _);
            v = new TargetSetting(t, isTarget ? target : null);
            return isTarget;
        },
        static v => v.Text,
        JsonTokens.String);

    /// <summary>Hosts only: no refusal, no drop, nobody else's address.</summary>
    public static OptionFormat<TargetSetting> Hosts { get; } = Target with
    {
        Expected = "lmtp:unix:/path, lmtp:[host]:port, smtp:[host]:port or smtp:host, or \"\" for none",
        Parse = static (string t, out TargetSetting v) => Target.Parse(t, out v)
            && v.Target is null or { Kind: MailerKind.Smtp or MailerKind.Lmtp, User: null },
    };

    /// <summary>A refusal: <c>550 text</c> or <c>550 5.7.1 text</c>.</summary>
    public static OptionFormat<string> Refusal { get; } = OptionFormats.ReplyText with
    {
        Expected = "a reply such as 550 text or 550 5.7.1 text, of printable ASCII",
        Parse = static (string t, out string v) =>
            OptionFormats.ReplyText.Parse(t, out v) && t.Length > 4 && char.IsAsciiDigit(t[0]) && ReplyText.IsReply(t),
    };

    public static OptionFormat<string> OptionalDomain { get; } = new(
        "a domain, or \"\" for none",
        static (string t, out string v) =>
        {
            v = string.Empty;
            return t.Length == 0 || DomainName.TryNormalize(t, out v);
        },
        static v => v,
        JsonTokens.String);

    public static OptionFormat<DontBlameSendmail> Permissions { get; } = new(
        $"words of {string.Join(", ", Enum.GetNames<DontBlameSendmail>())}",
        static (string t, out DontBlameSendmail v) =>
        {
            v = DontBlameSendmail.Safe;
            foreach (string word in WordsSetting.Of(t).Words)
            {
                if (!Enum.TryParse(word, ignoreCase: true, out DontBlameSendmail one)
                    || !Enum.IsDefined(one) || char.IsAsciiDigit(word[0]))
                {
                    return false;
                }

                v |= one;
            }

            return true;
        },
        static v => v.ToString().Replace(",", string.Empty, StringComparison.Ordinal),
        JsonTokens.String | JsonTokens.List);
}
