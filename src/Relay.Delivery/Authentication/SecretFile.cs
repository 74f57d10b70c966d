using System.Text;

namespace Relay.Delivery.Authentication;

/// <summary>Reads a small file that holds a secret and may be open to its owner alone. Stateless.</summary>
internal static class SecretFile
{
    private const int LengthMax = 64 * 1024;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <returns>The text, or null and why there is none.</returns>
    public static async ValueTask<(string? Text, string Problem)> ReadAsync(
        string path, CancellationToken cancellation)
    {
        try
        {
            if ((File.GetUnixFileMode(path) & Others) != 0)
            {
                return (null, $"{path} holds secrets and is open to its group or to others; chmod 600");
            }

            if (new FileInfo(path).Length > LengthMax)
            {
                return (null, $"{path} is longer than {LengthMax} octets");
            }

            return (await File.ReadAllTextAsync(path, Encoding.UTF8, cancellation), string.Empty);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (null, $"{path} cannot be read: {exception.Message}");
        }
    }
}
