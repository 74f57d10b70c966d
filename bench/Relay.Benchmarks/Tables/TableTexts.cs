using System.Globalization;
using System.Text;

namespace Relay.Benchmarks.Tables;

/// <summary>Tables of a given size, shaped as large sites have them.</summary>
internal static class TableTexts
{
    /// <summary>Access: half addresses, half domains, with the usual values.</summary>
    public static byte[] Access(int entries)
    {
        string[] values = ["REJECT", "RELAY", "OK", "550 We don't accept mail from spammers", "DISCARD"];
        var text = new StringBuilder(entries * 40);
        for (int i = 0; i < entries; i++)
        {
            string value = values[i % values.Length];
            if (i % 2 == 0)
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"Connect:{1 + (i >> 18)}.{(i >> 10) & 255}.{(i >> 2) & 255}.{i & 3}\t{value}\n");
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"From:host{i}.example{i % 97}.com\t{value}\n");
            }
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>Virtusertable: users of many domains.</summary>
    public static byte[] VirtUser(int entries)
    {
        var text = new StringBuilder(entries * 48);
        for (int i = 0; i < entries; i++)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"user{i}@domain{i % 1000}.example.com\tmailbox{i}@hub.example.net\n");
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>Keys of every kind for other domains than those of <see cref="VirtUser"/>.</summary>
    public static byte[] VirtUserKinds()
    {
        var text = new StringBuilder();
        for (int i = 0; i < 1000; i++)
        {
            foreach (string local in (string[])["user+list", "user++", "user+*", "++", "+*", string.Empty])
            {
                text.Append(CultureInfo.InvariantCulture, $"{local}@kinds{i}.example.com\tmailbox{i}\n");
            }
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
