using BenchmarkDotNet.Running;
using Relay.Benchmarks.Allocations;

// "gate" checks allocations against bench/allocations.json; anything else goes to BenchmarkDotNet. Benchmarks run in
// this process: a generated project would inherit warnings as errors.
if (args is ["gate", ..])
{
    return AllocationGate.Run(args[1..], Console.Out);
}

BenchmarkSwitcher.FromAssembly(typeof(AllocationGate).Assembly).Run(["--inProcess", .. args]);
return 0;
