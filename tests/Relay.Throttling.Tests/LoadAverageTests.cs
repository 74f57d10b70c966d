namespace Relay.Throttling.Tests;

public sealed class LoadAverageTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("0.00 0.01 0.05 1/123 4567\n", 0)]
    [InlineData("12.75 3.00 1.00 5/999 1\n", 12.75)]
    [InlineData("nonsense", 0)]
    [InlineData("", 0)]
    public void The_first_figure_of_the_file_is_the_average_of_a_minute(string text, double expected)
    {
        File.WriteAllText(_path, text);
        Assert.Equal(expected, new ProcLoadAverage(_path).OneMinute);
    }

    [Fact]
    public void Where_there_is_no_file_there_is_no_load() =>
        Assert.Equal(0, new ProcLoadAverage("/proc/no-such-file").OneMinute);

    [Fact]
    public void A_monitor_reads_with_each_beat_and_not_when_it_is_asked()
    {
        File.WriteAllText(_path, "1.5 ");
        var monitor = new LoadMonitor(new ProcLoadAverage(_path));
        File.WriteAllText(_path, "2.5 ");
        Assert.Equal(1.5, monitor.OneMinute);
        monitor.OnHeartbeat(0);
        Assert.Equal(2.5, monitor.OneMinute);
    }
}
