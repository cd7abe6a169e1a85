using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using TeamsWorkflows.Benchmarks;
using TeamsWorkflows.Benchmarks.Engine;
using TeamsWorkflows.Benchmarks.Peers;

// dotnet run -c Release --project tests/TeamsWorkflows.Benchmarks -- reports [COUNT] [CALLERS] [RUNS]
// dotnet run -c Release --project tests/TeamsWorkflows.Benchmarks -- engine W1a|W1b|W2|W3a|W3b|W4|W5|W6|long|floor [COUNT] [--folder F] [--quiet-ms N] [--minutes N] [--rate N] [--postgres CONNECTION]
// dotnet run -c Release --project tests/TeamsWorkflows.Benchmarks -- compare --harness FOLDER [--rounds N] [--only W1a,W2] [--folder F]
// dotnet run -c Release --project tests/TeamsWorkflows.Benchmarks -- start [RUNS]
// dotnet run -c Release --project tests/TeamsWorkflows.Benchmarks -- diagnose FILE.jsonl [ROUNDS]
// dotnet run -c Release --project tests/TeamsWorkflows.Benchmarks -- --filter '*'        (BenchmarkDotNet)
switch (args)
{
    case ["reports", .. var rest]:
        await ReportsWorkload.RunAsync(Number(rest, 0, 500), Number(rest, 1, 16), Number(rest, 2, 3));
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
        BenchmarkSwitcher.FromAssembly(typeof(ReportsWorkload).Assembly).Run(args, ManualConfig.Create(DefaultConfig.Instance).WithBuildTimeout(TimeSpan.FromMinutes(10)));
        break;
}

return 0;

static int Number(string[] args, int index, int otherwise)
    => args.Length > index ? int.Parse(args[index], System.Globalization.CultureInfo.InvariantCulture) : otherwise;
