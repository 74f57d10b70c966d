namespace Relay.EndToEnd.Tests.Monitoring;

/// <summary>Debian's tools that tests/get-monitoring-tools.sh unpacks.</summary>
internal static class MonitoringTool
{
    /// <summary>The path of a tool; the running test skips if it is not there.</summary>
    public static string Require(string name)
    {
        string path = Path.Combine(Tool.Repository, "artifacts/monitoring", name);
        Assert.SkipUnless(
            File.Exists(path), $"{name} is not unpacked (tests/get-monitoring-tools.sh artifacts/monitoring does it)");
        return path;
    }
}
