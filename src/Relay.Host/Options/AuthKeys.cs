using Relay.Sasl;
using Relay.Server.Authentication;

namespace Relay.Host.Options;

/// <summary>Options of authentication, of clients and to servers; the defaults are the server floor's.</summary>
internal static class AuthKeys
{
    private static readonly AuthenticationOptions Defaults = new();

    public static readonly OptionKey<SaslMechanisms> Mechanisms = new(
        "auth.mechanisms", AuthFormats.Mechanisms, Defaults.Mechanisms,
        "What clients are offered (`confAUTH_MECHANISMS`), of PLAIN, LOGIN, SCRAM-SHA-256 and EXTERNAL; the last only "
        + "to a client whose verified certificate names a user.");

    public static readonly OptionKey<SaslMechanisms> Trusted = new(
        "auth.trustedMechanisms", AuthFormats.Mechanisms, Defaults.Trusted,
        "Who has authenticated by one of these may relay (`TRUST_AUTH_MECH`).");

    public static readonly OptionKey<bool> AllowPlaintext = new(
        "auth.allowPlaintext", OptionFormats.Flag, Defaults.AllowPlaintext,
        "PLAIN and LOGIN are offered without TLS, too: whoever listens on the way learns the passwords. (Sendmail does "
        + "so unless `confAUTH_OPTIONS` has `p`.)");

    public static readonly OptionKey<int> FailuresPerAddressMax = new(
        "auth.failuresPerAddressMax", OptionFormats.Count(0, 1_000_000), Defaults.FailuresPerAddressMax,
        "Failures of an address (IPv6: its /64) within a minute, then 454 4.7.0 to every AUTH of it. 0 is without "
        + "limit.");

    public static readonly OptionKey<int> FailuresPerUserMax = new(
        "auth.failuresPerUserMax", OptionFormats.Count(0, 1_000_000), Defaults.FailuresPerUserMax,
        "Failures with a user's name within a minute, then 454 4.7.0, unless the address proved to be the user within "
        + "the last minute. 0 is without limit.");

    public static readonly OptionKey<int> ChecksMax = new(
        "auth.checksMax", OptionFormats.Count(0, 1024), Defaults.ChecksMax,
        "Passwords checked at once; each takes a processor for tens of milliseconds. 0 is half of the processors.");

    public static IReadOnlyList<OptionKey> All { get; } =
    [
        Mechanisms, Trusted, AllowPlaintext, FailuresPerAddressMax, FailuresPerUserMax, ChecksMax,
    ];
}
