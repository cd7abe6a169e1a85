using BenchmarkDotNet.Running;
using TeamsWorkflows.Benchmarks;

// dotnet run -c Release --project tests/TeamsWorkflows.Benchmarks -- reports [COUNT] [CALLERS] [RUNS]
// dotnet run -c Release --project tests/TeamsWorkflows.Benchmarks -- start [RUNS]
// dotnet run -c Release --project tests/TeamsWorkflows.Benchmarks -- --filter '*'        (BenchmarkDotNet)
switch (args)
{
    case ["reports", .. var rest]:
        await ReportsWorkload.RunAsync(Number(rest, 0, 500), Number(rest, 1, 16), Number(rest, 2, 3));
        break;
    case ["start", .. var rest]:
        await StartWorkload.RunAsync(Number(rest, 0, 5));
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(ReportsWorkload).Assembly).Run(args);
        break;
}

static int Number(string[] args, int index, int otherwise)
    => args.Length > index ? int.Parse(args[index], System.Globalization.CultureInfo.InvariantCulture) : otherwise;
