using Microsoft.Extensions.Logging;

namespace Relay.Server.Tests.Fixtures;

/// <summary>A log in which a test waits for a line.</summary>
internal sealed class AwaitedLog(string text) : ILoggerFactory, ILogger
{
    private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completed when a line with the text was logged.</summary>
    public Task Seen => _seen.Task;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (formatter(state, exception).Contains(text, StringComparison.Ordinal))
        {
            _seen.TrySetResult();
        }
    }

    public void Dispose()
    {
    }
}
