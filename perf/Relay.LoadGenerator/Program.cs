using System.CommandLine;
using Relay.LoadGenerator.Commands;

var root = new RootCommand("Load for SMTP and LMTP servers: a source and a sink of messages that can be verified")
{
    new SourceCommand().Create(),
    new SinkCommand().Create(),
    TlsCommands.CreateSource(),
    TlsCommands.CreateSink(),
};
try
{
    var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
    return await root.Parse(args).InvokeAsync(invocation);
}
catch (Exception error) when (error is FormatException or ArgumentException or OverflowException or IOException
    or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync($"relay-load: {error.Message}");
    return ExitCodes.Usage;
}
