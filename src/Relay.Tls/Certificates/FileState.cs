namespace Relay.Tls.Certificates;

/// <summary>
/// What tells one state of a file from another without reading it; follows links, as certbot makes them.
/// </summary>
internal readonly record struct FileState(string Target, long Length, DateTime Modified, UnixFileMode Mode)
{
    /// <summary>The state of a file; <c>default</c> for one that is not there.</summary>
    public static FileState Of(string path)
    {
        try
        {
            string target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            var file = new FileInfo(target);
            return file.Exists
                ? new FileState(target, file.Length, file.LastWriteTimeUtc, file.UnixFileMode)
                : default;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }
}
