using System.Buffers;
using System.Text;
using Relay.Sasl;
using Relay.Server.Authentication;
using Relay.Server.Policies;
using Relay.Smtp.Replies;

namespace Relay.Server.Sessions;

/// <summary>AUTH (RFC 4954). An exchange may wait and allocate: it happens once per session.</summary>
internal static class AuthCommand
{
    /// <summary>What a name in the log may hold besides letters and digits.</summary>
    private static readonly SearchValues<char> NameMarks = SearchValues.Create("@._+-=!#$%&'*/?^`{|}~");

    /// <summary>The EHLO keyword with the mechanisms that this client may use now.</summary>
    public static void WriteKeyword(SessionDialog dialog)
    {
        ReadOnlyMemory<byte> offer = OfferTo(dialog);
        if (!offer.IsEmpty)
        {
            dialog.Output.Write("250-AUTH "u8);
            dialog.Output.Write(offer.Span);
            dialog.Output.Write("\r\n"u8);
        }
    }

    /// <summary><c>"AUTH" SP sasl-mech [SP initial-response]</c>.</summary>
    public static Step Auth(SessionDialog dialog, ReadOnlySpan<byte> arguments)
    {
        if (TryRefuse(dialog, arguments, out Step refused))
        {
            return refused;
        }

        int blank = arguments.IndexOf((byte)' ');
        ReadOnlySpan<byte> mechanism = blank < 0 ? arguments : arguments[..blank];
        ReadOnlySpan<byte> initial = blank < 0 ? default : arguments[blank..].Trim((byte)' ');
        byte[] message = [];
        if (!initial.IsEmpty && !initial.SequenceEqual("="u8) && !Base64Line.TryDecode(initial, out message))
        {
            return dialog.Refuse(Replies.NotBase64);
        }

        IAuthenticationExchange? exchange =
            dialog.Server.Authenticator!.Begin(dialog.Client, mechanism, out AuthenticationStep refusal);
        if (exchange is null)
        {
            if (refusal.Result == AuthenticationResult.UnknownMechanism)
            {
                ReplyWriter.Insert(
                    dialog.Output, Replies.MechanismUnknown, mechanism[..Math.Min(mechanism.Length, 32)]);
                return dialog.CountBadCommand();
            }

            LogFailure(dialog, Encoding.ASCII.GetString(mechanism), string.Empty, refusal);
            return Refuse(dialog, refusal.Result);
        }

        dialog.Exchange = exchange;
        return Next(dialog, message, isThere: !initial.IsEmpty);
    }

    /// <summary>A line of the client within the exchange, without its CRLF.</summary>
    public static Step Answer(SessionDialog dialog, ReadOnlySpan<byte> line)
    {
        if (line.SequenceEqual("*"u8))
        {
            EndExchange(dialog);
            return dialog.Refuse(Replies.AuthAborted);
        }

        if (!Base64Line.TryDecode(line, out byte[] message))
        {
            EndExchange(dialog);
            return dialog.Refuse(Replies.NotBase64);
        }

        return Next(dialog, message, isThere: true);
    }

    /// <summary>The authenticator has decided about a message.</summary>
    public static Step Finish(SessionDialog dialog, in AuthenticationStep step)
    {
        IAuthenticationExchange exchange = dialog.Exchange!;
        if (step.Result == AuthenticationResult.Challenge)
        {
            dialog.Mode = ReceiveMode.Authentication;
            dialog.Output.Write("334 "u8);
            dialog.Output.Write(Base64Line.Encode(step.Challenge.Span));
            dialog.Output.Write("\r\n"u8);
            return Step.Continue;
        }

        string mechanism = exchange.Mechanism;
        string claimed = exchange.Identity;
        EndExchange(dialog);
        if (step.Result != AuthenticationResult.Accepted)
        {
            LogFailure(dialog, mechanism, claimed, step);
            return Refuse(dialog, step.Result);
        }

        dialog.Client.AuthenticatedIdentity = step.Identity;
        dialog.AuthenticatedIdentity = Encoding.UTF8.GetBytes(step.Identity!);
        dialog.Client.AuthenticationMechanism = mechanism;
        dialog.Client.MayRelayByAuthentication = step.MayRelay;
        dialog.Server.Counters.ClientAuthenticated();
        dialog.LogSession(Encoding.UTF8.GetBytes(
            $"AUTH=server, relay={Encoding.ASCII.GetString(dialog.ClientText)}, authid={Word(step.Identity!)}, "
            + $"mech={mechanism}, bits=0"));
        return dialog.Reply(Replies.Authenticated);
    }

    /// <summary>The exchange is over, whatever came of it.</summary>
    public static void EndExchange(SessionDialog dialog)
    {
        dialog.Mode = ReceiveMode.Command;
        dialog.Exchange?.Dispose();
        dialog.Exchange = null;
    }

    private static bool IsForcedOff(SessionDialog dialog) =>
        (dialog.Modifiers & ListenerModifiers.NoAuthentication) != 0;

    private static ReadOnlyMemory<byte> OfferTo(SessionDialog dialog) =>
        dialog.Server.Authenticator is { } authenticator && !IsForcedOff(dialog)
            ? authenticator.Offer(dialog.Client)
            : default;

    private static bool TryRefuse(SessionDialog dialog, ReadOnlySpan<byte> arguments, out Step step)
    {
        ReadOnlySpan<byte> reply =
            dialog.Server.Authenticator is not { IsAvailable: true } || IsForcedOff(dialog) ? Replies.AuthNotAvailable
            : !dialog.IsExtended ? Replies.HelloFirst
            : dialog.Client.AuthenticatedIdentity is not null ? Replies.AlreadyAuthenticated
            : dialog.Transaction is not null ? Replies.AuthInTransaction
            : arguments.IsEmpty ? Replies.MechanismMissing
            : default;
        step = reply.IsEmpty ? Step.Continue : dialog.Refuse(reply);
        return !reply.IsEmpty;
    }

    private static Step Next(SessionDialog dialog, byte[] message, bool isThere)
    {
        ValueTask<AuthenticationStep> step = dialog.Exchange!.NextAsync(message, isThere);
        return step.IsCompletedSuccessfully ? Finish(dialog, step.Result) : dialog.Pending.Await(step);
    }

    private static Step Refuse(SessionDialog dialog, AuthenticationResult result) => dialog.Refuse(result switch
    {
        AuthenticationResult.Failed => Replies.AuthenticationFailed,
        AuthenticationResult.Malformed => Replies.MalformedResponse,
        AuthenticationResult.Throttled => Replies.TooManyAuthenticationFailures,
        AuthenticationResult.NeedsEncryption => Replies.AuthenticationNeedsTls,
        _ => Replies.AuthenticationUnavailable,
    });

    /// <summary>Sendmail's line, which fail2ban's filter sendmail-auth knows.</summary>
    private static void LogFailure(
        SessionDialog dialog, string mechanism, string claimed, in AuthenticationStep step)
    {
        dialog.Server.Counters.AuthenticationRefused();
        string why = step.Result switch
        {
            AuthenticationResult.Failed =>
                "authentication failure (-13) SASL(-13): authentication failure: checkpass failed",
            AuthenticationResult.Malformed => "bad protocol / cancel (-5)",
            AuthenticationResult.Throttled =>
                "authentication failure (-13) SASL(-13): authentication failure: too many failures",
            AuthenticationResult.NeedsEncryption => "encryption needed to use mechanism (-16)",
            _ => $"generic failure (-1) {step.Reason}",
        };
        string user = claimed.Length == 0 ? string.Empty : $", user={Word(claimed)}";
        dialog.LogSession(Encoding.UTF8.GetBytes(
            $"AUTH failure ({Word(mechanism)}): {why}{user}, relay={Encoding.ASCII.GetString(dialog.ClientText)}"));
    }

    /// <summary>
    /// A name out of the client's hands within a line whose fields commas separate: nothing in it begins another field.
    /// </summary>
    private static string Word(string name) => string.Concat(
        name.Take(128).Select(static c => char.IsAsciiLetterOrDigit(c) || NameMarks.Contains(c) ? c : '?'));
}
