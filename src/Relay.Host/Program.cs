using Relay.Host.Commands;

return await RelayCommandLine.RunAsync(args);
