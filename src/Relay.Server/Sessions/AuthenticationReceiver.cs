using System.Buffers;
using System.Text;
using Relay.Sasl;
using Relay.Smtp.Framing;
using Relay.Smtp.Replies;

namespace Relay.Server.Sessions;

/// <summary>Frames the lines of an authentication exchange, which may be longer than commands (RFC 4954 §4).</summary>
internal static class AuthenticationReceiver
{
    /// <summary>The input begins with AUTH, whose line may be as long as any of its exchange.</summary>
    public static bool IsAuth(in ReadOnlySequence<byte> input)
    {
        Span<byte> verb = stackalloc byte[5];
        if (input.Length < verb.Length)
        {
            return false;
        }

        input.Slice(0, verb.Length).CopyTo(verb);
        return Ascii.EqualsIgnoreCase(verb, "AUTH "u8);
    }

    public static Step Receive(SessionDialog dialog, ref ReadOnlySequence<byte> input)
    {
        if (input.IsEmpty)
        {
            return Step.NeedData;
        }

        LineStatus status = CommandLineFramer.TryReadLine(
            input, Base64Line.LengthMax, out ReadOnlySequence<byte> line, out SequencePosition consumed);
        switch (status)
        {
            case LineStatus.Complete:
                byte[] octets = line.ToArray();
                input = input.Slice(consumed);
                Step step = AuthCommand.Answer(dialog, octets);
                Array.Clear(octets);
                return step;
            case LineStatus.NeedMoreData:
                return Step.NeedData;
            default:
                AuthCommand.EndExchange(dialog);
                dialog.Mode = ReceiveMode.DiscardLine;
                dialog.DiscardReplies = status == LineStatus.TooLong;
                dialog.IsExchangeLine = true;
                return status == LineStatus.TooLong ? Step.Continue : dialog.Refuse(Replies.BareLineEnding);
        }
    }
}
