using Relay.Smtp.Commands;

namespace Relay.Server.Sessions;

/// <summary>
/// Counts the commands of a session that probe or idle; from a number on each is answered more slowly than the one
/// before. Sendmail: <c>checksmtpattack</c> with MAXHELOCOMMANDS, MAXVRFYCOMMANDS, MAXETRNCOMMANDS, MAXNOOPCOMMANDS,
/// and AUTH beyond the number of mechanisms.
/// </summary>
internal struct CommandSlowDown
{
    private const int HelloMax = 3;
    private const int VerifyMax = 6;
    private const int EtrnMax = 8;
    private const int NoopMax = 20;
    private const int AuthMax = 5;
    private const int SecondsMax = 240;

    private int _hello;
    private int _verify;
    private int _etrn;
    private int _noop;
    private int _auth;

    /// <summary>Counts the command.</summary>
    /// <param name="starts">True for the first one that is slow; what it is worth a line in the log.</param>
    /// <param name="count">Commands of its kind so far.</param>
    /// <returns>Seconds that it has to wait: 0, then 1, 2, 4 … up to 4 minutes.</returns>
    public int Count(SmtpVerb verb, out bool starts, out int count)
    {
        int max;
        switch (verb)
        {
            case SmtpVerb.Helo or SmtpVerb.Ehlo:
                (max, count) = (HelloMax, ++_hello);
                break;
            case SmtpVerb.Vrfy or SmtpVerb.Expn:
                (max, count) = (VerifyMax, ++_verify);
                break;
            case SmtpVerb.Etrn:
                (max, count) = (EtrnMax, ++_etrn);
                break;
            case SmtpVerb.Noop or SmtpVerb.Verb:
                (max, count) = (NoopMax, ++_noop);
                break;
            case SmtpVerb.Auth:
                (max, count) = (AuthMax, ++_auth);
                break;
            default:
                starts = false;
                count = 0;
                return 0;
        }

        starts = count == max;
        int excess = count - max;
        return excess < 0 ? 0 : excess >= 8 ? SecondsMax : Math.Min(SecondsMax, 1 << excess);
    }
}
