using Relay.Host.Commands;
using Relay.Host.Running;
using Relay.Host.Sendmail;

if (ProgramName.Current is var name && SendmailProgram.IsName(name))
{
    return await SendmailProgram.RunAsync(name, args);
}

if (args is [var first, ..] && SendmailProgram.IsName(first))
{
    return await SendmailProgram.RunAsync(first, args[1..]);
}

RuntimeTuning.Apply();
return await RelayCommandLine.RunAsync(args);
