using Relay.Host.Options;
using Relay.Host.Tls;

namespace Relay.Host.Commands;

/// <summary>Reads the certificates for a command and prints what is wrong with them.</summary>
internal static class TlsLoading
{
    /// <returns>Null if a file is refused.</returns>
    public static TlsParts? Load(RelaySettings settings, TextWriter error)
    {
        TlsParts parts = TlsParts.Of(settings, out IReadOnlyList<string> problems);
        Problems.Print(error, "the set of certificates", [.. problems]);
        return problems.Count == 0 ? parts : null;
    }
}
