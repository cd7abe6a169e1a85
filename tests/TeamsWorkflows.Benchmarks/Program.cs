using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using TeamsWorkflows.Benchmarks;
using TeamsWorkflows.Benchmarks.Deliveries;
using TeamsWorkflows.Benchmarks.Engine;
using TeamsWorkflows.Benchmarks.Peers;

// dotnet run -c Release --project tests/TeamsWorkflows.Benchmarks -- deliveries load [COUNT] [CALLERS] [RUNS]
// dotnet run -c Release --project tests/TeamsWorkflows.Benchmarks -- deliveries chaos [COUNT] [CHANNELS] [CONNECTIONS] [SEED]
// dotnet run -c Release --project tests/TeamsWorkflows.Benchmarks -- deliveries parked [COUNT]
// dotnet run -c Release --project tests/TeamsWorkflows.Benchmarks -- engine W1a|W1b|W2|W3a|W3b|W4|W5|W6|long|floor [COUNT] [--folder F] [--quiet-ms N] [--minutes N] [--rate N] [--postgres CONNECTION [--nodes N] [--lease-ms N]]
// dotnet run -c Release --project tests/TeamsWorkflows.Benchmarks -- compare --harness FOLDER [--rounds N] [--only W1a,W2] [--folder F]
// dotnet run -c Release --project tests/TeamsWorkflows.Benchmarks -- start [RUNS]
// dotnet run -c Release --project tests/TeamsWorkflows.Benchmarks -- diagnose FILE.jsonl [ROUNDS]
// dotnet run -c Release --project tests/TeamsWorkflows.Benchmarks -- --filter '*'        (BenchmarkDotNet)
switch (args)
{
    case ["deliveries", "load", .. var rest]:
        await LoadWorkload.RunAsync(Number(rest, 0, 500), Number(rest, 1, 16), Number(rest, 2, 3));
        break;
    case ["deliveries", "chaos", .. var rest]:
        return await ChaosWorkload.RunAsync(Number(rest, 0, 10_000), Number(rest, 1, 50), Number(rest, 2, 5), Number(rest, 3, 20261126));
    case ["deliveries", "parked", .. var rest]:
        await ParkedWorkload.RunAsync(Number(rest, 0, 100_000));
        break;
    case ["engine", .. var rest]:
        return await EngineBench.RunAsync(rest);
    case ["compare", .. var rest]:
        return await Compare.RunAsync(rest);
    case ["start", .. var rest]:
        await StartWorkload.RunAsync(Number(rest, 0, 5));
        break;
    case ["diagnose", var file, .. var rest]:
        DiagnosisWorkload.Run(file, Number(rest, 0, 3));
        break;
    default:
        // It builds the whole solution again, which takes longer than its two minutes on a small machine.
        BenchmarkSwitcher.FromAssembly(typeof(LoadWorkload).Assembly).Run(args, ManualConfig.Create(DefaultConfig.Instance).WithBuildTimeout(TimeSpan.FromMinutes(10)));
        break;
}

return 0;

static int Number(string[] args, int index, int otherwise)
    => args.Length > index ? int.Parse(args[index], System.Globalization.CultureInfo.InvariantCulture) : otherwise;
