namespace Relay.Host.Sendmail;

/// <summary>What ruleset 0 says of an address: a mailer, its host and user; or why there is none.</summary>
/// <param name="Refusal">The reply that refuses the address; null if it is deliverable.</param>
internal sealed record AddressTarget(string Mailer, string Host, string User, string? Refusal)
{
    /// <summary>As <c>-bv</c> and <c>/parse</c> end their lines.</summary>
    public string Words => $"mailer {Mailer}{(Host.Length > 0 ? $", host {Host}" : string.Empty)}, user {User}";
}
