namespace Relay.Host.Admin;

/// <summary>What a socket for administrators or users answers. Thread-safe.</summary>
internal interface IAdminCommands
{
    /// <summary>Writes the answer's lines; returns what went wrong, or null.</summary>
    /// <param name="request">One line.</param>
    /// <param name="user">Who asks, by the kernel's word; null if it does not tell.</param>
    /// <param name="response">Takes the lines.</param>
    /// <param name="cancellation">The relay stops.</param>
    ValueTask<string?> RunAsync(
        string request, uint? user, AdminResponse response, CancellationToken cancellation);
}
