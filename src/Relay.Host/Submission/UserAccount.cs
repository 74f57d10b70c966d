namespace Relay.Host.Submission;

/// <summary>A user of this machine.</summary>
/// <param name="FullName">From the GECOS field; may be empty.</param>
internal sealed record UserAccount(uint Id, string Name, string FullName)
{
    /// <summary>The user of the process; the number stands for a name that the system does not know.</summary>
    public static UserAccount Current => Find(SystemCalls.UserId);

    public static UserAccount Find(uint id) =>
        SystemCalls.FindUser(id) ?? new UserAccount(id, $"{id}", string.Empty);
}
