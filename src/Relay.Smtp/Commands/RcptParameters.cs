using System.Text;
using Relay.Smtp.Addressing;

namespace Relay.Smtp.Commands;

/// <summary>The parameters of RCPT: NOTIFY and ORCPT (RFC 3461 §4.1, §4.2); each at most once.</summary>
internal static class RcptParameters
{
    public static CommandError Parse(ReadOnlySpan<byte> parameters, ParsedPath path, out RcptCommand command)
    {
        DsnNotify notify = DsnNotify.Unspecified;
        ReadOnlySpan<byte> originalRecipient = default;
        bool utf8 = path.HasUtf8;
        var reader = new EsmtpParameterReader(parameters);
        command = default;
        while (reader.Read())
        {
            if (Ascii.EqualsIgnoreCase(reader.Keyword, "NOTIFY"u8))
            {
                if (notify != DsnNotify.Unspecified)
                {
                    return CommandError.ParameterDuplicate;
                }

                if (!TryParseNotify(reader.Value, out notify))
                {
                    return CommandError.NotifySyntax;
                }
            }
            else if (Ascii.EqualsIgnoreCase(reader.Keyword, "ORCPT"u8))
            {
                if (!originalRecipient.IsEmpty)
                {
                    return CommandError.ParameterDuplicate;
                }

                originalRecipient = reader.Value;
                if (!OriginalRecipient.IsValid(originalRecipient, out bool utf8Recipient))
                {
                    return CommandError.OriginalRecipientSyntax;
                }

                utf8 |= utf8Recipient;
            }
            else
            {
                return CommandError.ParameterUnknown;
            }
        }

        command = new RcptCommand
        {
            Mailbox = path.Mailbox,
            IsPostmaster = Ascii.EqualsIgnoreCase(path.Mailbox, "postmaster"u8),
            HasUtf8Address = utf8,
            Notify = notify,
            OriginalRecipient = originalRecipient,
        };
        return reader.IsMalformed ? CommandError.ParameterSyntax : CommandError.None;
    }

    /// <summary><c>"NEVER" / 1#( "SUCCESS" / "FAILURE" / "DELAY" )</c>.</summary>
    private static bool TryParseNotify(ReadOnlySpan<byte> value, out DsnNotify notify)
    {
        notify = DsnNotify.Unspecified;
        if (Ascii.EqualsIgnoreCase(value, "NEVER"u8))
        {
            notify = DsnNotify.Never;
            return true;
        }

        while (true)
        {
            int comma = value.IndexOf((byte)',');
            ReadOnlySpan<byte> word = comma < 0 ? value : value[..comma];
            DsnNotify one = Ascii.EqualsIgnoreCase(word, "SUCCESS"u8) ? DsnNotify.Success
                : Ascii.EqualsIgnoreCase(word, "FAILURE"u8) ? DsnNotify.Failure
                : Ascii.EqualsIgnoreCase(word, "DELAY"u8) ? DsnNotify.Delay
                : DsnNotify.Unspecified;
            if (one == DsnNotify.Unspecified)
            {
                return false;
            }

            notify |= one;
            if (comma < 0)
            {
                return true;
            }

            value = value[(comma + 1)..];
        }
    }
}
