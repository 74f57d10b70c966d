using Relay.Delivery;
using Relay.Sasl;
using Relay.Server.Authentication;

namespace Relay.Host.Options;

/// <summary>Options of authentication, of clients and to servers; the defaults are the server floor's.</summary>
internal static class AuthKeys
{
    private static readonly AuthenticationOptions Defaults = new();
    private static readonly DeliveryOptions DeliveryDefaults = new() { HostName = "localhost" };

    public static readonly OptionKey<SaslMechanisms> Mechanisms = new(
        "auth.mechanisms", AuthFormats.Mechanisms, Defaults.Mechanisms,
        "What clients are offered (`confAUTH_MECHANISMS`), of PLAIN, LOGIN, SCRAM-SHA-256 and EXTERNAL; the last only "
        + "to a client whose verified certificate names a user, and only with `tls.authorities`.");

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

    public static readonly OptionKey<string> DovecotSocket = new(
        "auth.dovecotSocket", OptionFormats.SocketPath, string.Empty,
        "A second source of users: the `unix_listener` of Dovecot's `service auth` (as Postfix's `smtpd_sasl_path`). It "
        + "is asked for users whom `tables.users` does not have, and offers what both Dovecot and `auth.mechanisms` have. "
        + "Without Dovecot, AUTH of its users is 454.");

    public static readonly OptionKey<bool> AllowPlaintextToServers = new(
        "auth.allowPlaintextToServers", OptionFormats.Flag, DeliveryDefaults.AllowPlaintextAuthentication,
        "PLAIN, LOGIN and tokens go to servers without TLS, too: whoever listens on the way learns them. (Sendmail does "
        + "so.)");

    public static readonly OptionKey<bool> AllowUnverifiedServers = new(
        "auth.allowUnverifiedServers", OptionFormats.Flag, DeliveryDefaults.AllowUnverifiedAuthentication,
        "PLAIN, LOGIN and tokens go under TLS to servers whose certificate is neither verified nor of a known "
        + "fingerprint, too: whoever gets between learns them. (Sendmail does so.) Better are "
        + "`delivery.tls.authorities`, or the fingerprint in `delivery.tls.policies`.");

    public static readonly OptionKey<bool> SendUnauthenticated = new(
        "auth.sendUnauthenticated", OptionFormats.Flag, DeliveryDefaults.SendUnauthenticated,
        "Mail is sent without authentication where `authinfo` has an entry and the server does not take it: Sendmail's "
        + "way, by which a wrong password may bounce the queue. Else the mail waits, its destination is suspended, and "
        + "the log says why.");

    public static readonly OptionKey<TimeSpan> Pause = new(
        "auth.pause", OptionFormats.DurationBetween(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        DeliveryDefaults.AuthenticationPause,
        "How long a destination is suspended whose server did not take our credentials. A change of `authinfo` and "
        + "`relay queue flush` end it.");

    public static IReadOnlyList<OptionKey> All { get; } =
    [
        Mechanisms, Trusted, AllowPlaintext, FailuresPerAddressMax, FailuresPerUserMax, ChecksMax, DovecotSocket,
        .. OfDelivery,
    ];

    /// <summary>Those about servers, which count from the next start.</summary>
    public static IReadOnlyList<OptionKey> OfDelivery =>
        [AllowPlaintextToServers, AllowUnverifiedServers, SendUnauthenticated, Pause];
}
