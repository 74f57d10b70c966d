using System.Buffers;
using System.Diagnostics;
using Relay.Sasl;
using Relay.Smtp.Commands;
using Relay.Smtp.Framing;
using Relay.Smtp.Replies;

namespace Relay.Server.Sessions;

/// <summary>
/// The synchronous core of a session: carries out every command that the input holds and writes every reply, until it
/// needs more input, has to wait, or is done.
/// </summary>
internal static class SessionCore
{
    /// <summary>Replies are flushed within a read only when this many octets have gathered.</summary>
    private const long UnflushedMax = 16 * 1024;

    /// <param name="input">All input that is not consumed; what is consumed here is cut off its front.</param>
    public static Step Process(SessionDialog dialog, ref ReadOnlySequence<byte> input)
    {
        while (true)
        {
            Step step = dialog.Mode switch
            {
                ReceiveMode.Command => ReadCommand(dialog, ref input),
                ReceiveMode.DiscardLine => DiscardLine(dialog, ref input),
                ReceiveMode.Data => DataReceiver.Receive(dialog, ref input),
                ReceiveMode.Bdat => BdatReceiver.Receive(dialog, ref input),
                ReceiveMode.Authentication => AuthenticationReceiver.Receive(dialog, ref input),
                _ => throw new UnreachableException(),
            };
            if (step != Step.Continue)
            {
                return step;
            }

            if (dialog.Output.UnflushedBytes > UnflushedMax)
            {
                return Step.Flush;
            }
        }
    }

    private static Step ReadCommand(SessionDialog dialog, ref ReadOnlySequence<byte> input)
    {
        if (input.IsEmpty)
        {
            return Step.NeedData;
        }

        LineStatus status = CommandLineFramer.TryReadLine(
            input,
            dialog.Settings.CommandLineLengthMax,
            out ReadOnlySequence<byte> line,
            out SequencePosition consumed);
        if (status == LineStatus.TooLong && AuthenticationReceiver.IsAuth(input))
        {
            status = CommandLineFramer.TryReadLine(input, Base64Line.LengthMax, out line, out consumed);
            dialog.IsExchangeLine = true;
        }

        switch (status)
        {
            case LineStatus.Complete:
                ReadOnlySequence<byte> behind = input.Slice(consumed);
                dialog.HasInputBehind = !behind.IsEmpty;
                Step step = line.IsSingleSegment ? Execute(dialog, line.FirstSpan) : ExecuteJoined(dialog, line);
                input = step == Step.Delay ? input : behind;
                return step;
            case LineStatus.NeedMoreData:
                return Step.NeedData;
            case LineStatus.TooLong:
                dialog.Mode = ReceiveMode.DiscardLine;
                dialog.DiscardReplies = true;
                return Step.Continue;
            default:
                // Answered at once, since a client that ends its lines so may never send the CRLF that is waited for.
                dialog.Mode = ReceiveMode.DiscardLine;
                dialog.DiscardReplies = false;
                return dialog.Refuse(Replies.BareLineEnding);
        }
    }

    private static Step DiscardLine(SessionDialog dialog, ref ReadOnlySequence<byte> input)
    {
        bool found = CommandLineFramer.TryDiscardLine(input, out SequencePosition consumed);
        input = input.Slice(consumed);
        if (!found)
        {
            return Step.NeedData;
        }

        dialog.Mode = ReceiveMode.Command;
        bool isExchange = dialog.IsExchangeLine;
        dialog.IsExchangeLine = false;
        return dialog.DiscardReplies
            ? dialog.Refuse(isExchange ? Replies.ExchangeLineTooLong : Replies.LineTooLong)
            : Step.Continue;
    }

    /// <summary>A line that lies across segments is copied once: the grammar knows spans only.</summary>
    private static Step ExecuteJoined(SessionDialog dialog, in ReadOnlySequence<byte> line)
    {
        int length = (int)line.Length;
        byte[] joined = ArrayPool<byte>.Shared.Rent(length);
        line.CopyTo(joined);
        Step step = Execute(dialog, joined.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(joined, clearArray: true); // AUTH may hold a password
        return step;
    }

    private static Step Execute(SessionDialog dialog, ReadOnlySpan<byte> line)
    {
        SmtpVerb verb = SmtpCommandParser.ParseVerb(line, out ReadOnlySpan<byte> arguments);
        ref readonly CommandTable.Entry entry = ref CommandTable.Get(verb);
        if (!dialog.Pending.IsDelayServed)
        {
            if (TryRefuse(dialog, verb, entry.Flags, arguments, out Step refused))
            {
                dialog.IsFirstCommand = false;
                return refused;
            }

            TimeSpan delay = CommandDelays.Of(dialog, verb);
            if (delay > TimeSpan.Zero)
            {
                return dialog.Pending.Await(delay);
            }
        }

        dialog.Pending.IsDelayServed = false;
        Step step = entry.Handler(
            dialog,
            verb is SmtpVerb.Unknown or SmtpVerb.Lhlo or SmtpVerb.Http ? line : arguments);
        dialog.IsFirstCommand = false;
        return step;
    }

    /// <summary>The rules that the table states, in one place.</summary>
    private static bool TryRefuse(
        SessionDialog dialog,
        SmtpVerb verb,
        CommandFlags flags,
        ReadOnlySpan<byte> arguments,
        out Step step)
    {
        // A local user's program may be fed a whole session at once (sendmail -bs < file): it deceives nobody.
        if ((flags & CommandFlags.EndsGroup) != 0 && dialog.HasInputBehind
            && (dialog.Client.LocalUser is null || verb == SmtpVerb.StartTls))
        {
            step = dialog.RefuseInputBehind(verb);
            return true;
        }

        if (dialog.Rejection is { } rejection && (flags & CommandFlags.WhenRejected) == 0)
        {
            ReplyWriter.WriteLine(dialog.Output, rejection);
            step = dialog.CountBadCommand();
            return true;
        }

        if ((flags & CommandFlags.NoArguments) != 0 && !arguments.IsEmpty)
        {
            step = dialog.Refuse(Replies.NoParametersAllowed);
            return true;
        }

        if ((flags & CommandFlags.Idle) != 0 && ++dialog.IdleCommands > dialog.Settings.CommandsWithoutMailMax)
        {
            step = dialog.ReplyAndClose(dialog.Settings.TooManyIdleCommands);
            return true;
        }

        step = default;
        return false;
    }
}
