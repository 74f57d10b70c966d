namespace Relay.LoadGenerator.Source;

/// <summary>
/// Reading of one line of a reply (RFC 5321 §4.2). The tool has its own parser on purpose: it checks the relay, and a
/// check that shares its parser with what it checks shares its mistakes.
/// </summary>
internal static class ReplyLine
{
    /// <param name="line">Without the line end.</param>
    /// <param name="code">The reply code, 200 to 599.</param>
    /// <param name="isLast">False when a hyphen announces another line.</param>
    internal static bool TryParse(ReadOnlySpan<byte> line, out int code, out bool isLast)
    {
        code = 0;
        isLast = true;
        if (line.Length < 3)
        {
            return false;
        }

        uint first = (uint)line[0] - '0';
        uint second = (uint)line[1] - '0';
        uint third = (uint)line[2] - '0';
        if (first is < 2 or > 5 || second > 9 || third > 9)
        {
            return false;
        }

        code = (int)((first * 100) + (second * 10) + third);
        if (line.Length == 3)
        {
            return true;
        }

        isLast = line[3] == (byte)' ';
        return isLast || line[3] == (byte)'-';
    }
}
