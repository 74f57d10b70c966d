using Relay.Host.Commands;
using Relay.Host.Running;

RuntimeTuning.Apply();
return await RelayCommandLine.RunAsync(args);
