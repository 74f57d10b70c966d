using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Relay.Tables.Authentication;

/// <summary>
/// What the file of users keeps of a password (RFC 5803's attributes in one word):
/// <c>SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey</c>, salt and keys in base64. Immutable.
/// </summary>
public sealed class UserRecord
{
    public const string Expected = "SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey, as relay passwd writes it";

    private const string Scheme = "SCRAM-SHA-256$";
    private const int KeyLength = 32;
    private const int IterationsMin = 4096;
    private const int IterationsMax = 2_000_000;
    private const int SaltMax = 64;

    public UserRecord(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey)
    {
        Iterations = iterations;
        Salt = salt;
        StoredKey = storedKey;
        ServerKey = serverKey;
    }

    public int Iterations { get; }

    /// <summary>Not to be changed, as the keys.</summary>
    public byte[] Salt { get; }

    public byte[] StoredKey { get; }

    public byte[] ServerKey { get; }

    /// <summary>As it stands in the file.</summary>
    public string Write() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Scheme}{Iterations}:{Text(Salt)}${Text(StoredKey)}:{Text(ServerKey)}");

    /// <summary>Reads a value of the file. What is wrong with it is not told: it is a secret.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out UserRecord? record)
    {
        record = null;
        string text = Encoding.ASCII.GetString(value);
        if (!text.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return false;
        }

        string[] halves = text[Scheme.Length..].Split('$');
        string[] first = halves[0].Split(':');
        string[] second = halves.Length == 2 ? halves[1].Split(':') : [];
        if (first.Length != 2 || second.Length != 2
            || !int.TryParse(first[0], NumberStyles.None, CultureInfo.InvariantCulture, out int iterations)
            || iterations is < IterationsMin or > IterationsMax
            || !TryDecode(first[1], out byte[] salt) || salt.Length is 0 or > SaltMax
            || !TryDecode(second[0], out byte[] storedKey) || storedKey.Length != KeyLength
            || !TryDecode(second[1], out byte[] serverKey) || serverKey.Length != KeyLength)
        {
            return false;
        }

        record = new UserRecord(iterations, salt, storedKey, serverKey);
        return true;
    }

    private static string Text(byte[] octets) => Convert.ToBase64String(octets);

    private static bool TryDecode(string text, out byte[] octets)
    {
        octets = [];
        if (!Base64.IsValid(text.AsSpan(), out int length))
        {
            return false;
        }

        octets = new byte[length];
        return Convert.TryFromBase64String(text, octets, out int written) && written == length;
    }
}
