namespace Relay.Server.Policies;

/// <summary>Who on this machine submits a message, by the kernel's word (SO_PEERCRED). Immutable.</summary>
/// <param name="Id">The user id of the process that connected.</param>
/// <param name="Name">Its login name; the number if the system knows none.</param>
/// <param name="IsTrusted">May name another sender without a warning. Sendmail: class t (TrustedUsers).</param>
public sealed record LocalUser(uint Id, string Name, bool IsTrusted);
