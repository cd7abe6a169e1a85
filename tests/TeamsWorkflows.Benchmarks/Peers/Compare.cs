using System.Globalization;
using System.Text.Json;
using TeamsWorkflows.Benchmarks.Engine;

namespace TeamsWorkflows.Benchmarks.Peers;

/// <summary>Ours and the peers in turn, workload by workload, in one run on one machine; medians and ratios at the end.</summary>
internal static class Compare
{
    /// <param name="args">--harness FOLDER (of the peers), --rounds N, --only W1a,W1b, --folder F, --quiet-ms N.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        string Option(string name, string otherwise)
            => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : otherwise;

        if (Option("--harness", "") is not { Length: > 0 } harness)
        {
            await Console.Error.WriteLineAsync("compare: say --harness FOLDER, where the peers' run.sh is; prepare it with its setup.sh (PEERS names the folder).");
            return 2;
        }

        var rounds = int.Parse(Option("--rounds", "1"), CultureInfo.InvariantCulture);
        var only = Option("--only", "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        var wanted = Comparison.All.Where(c => only.Length == 0 || only.Contains(c.Workload, StringComparer.Ordinal)).ToArray();
        string[] common = ["--folder", Option("--folder", Path.GetTempPath()), "--quiet-ms", Option("--quiet-ms", "90000")];
        Dictionary<(Comparison, string), List<double>> figures = [];
        void Add(Comparison comparison, string engine, double value)
        {
            figures.TryAdd((comparison, engine), []);
            figures[(comparison, engine)].Add(value);
        }

        for (var round = 0; round < rounds; round++)
        {
            foreach (var group in wanted.GroupBy(static c => c.PeerWorkload, StringComparer.Ordinal))
            {
                await OursAsync(group, common, Add);
                await PeersAsync(group, harness, Add);
            }
        }

        await PrintAsync(wanted, figures);
        return 0;
    }

    private static async Task OursAsync(IEnumerable<Comparison> group, string[] common, Action<Comparison, string, double> add)
    {
        foreach (var workload in group.GroupBy(static c => c.Workload, StringComparer.Ordinal))
        {
            var sizes = workload.Key == "W1b" ? (string[])["2000", "20000"] : ["0"];
            foreach (var size in sizes)
            {
                var line = await RunSelfAsync(["engine", workload.Key, size, .. common]);
                await Console.Out.WriteLineAsync(line);
                using var parsed = JsonDocument.Parse(line);
                foreach (var comparison in workload)
                {
                    add(comparison, size == "20000" ? "ours, 20,000" : "ours", parsed.RootElement.GetProperty(comparison.Ours).GetDouble());
                }
            }
        }
    }

    private static async Task PeersAsync(
        IGrouping<string, Comparison> group, string harness, Action<Comparison, string, double> add)
    {
        foreach (var peer in PeerRun.All)
        {
            var lines = await new PeerRun(harness).RunAsync(peer, group.Key);
            foreach (var comparison in group)
            {
                var values = lines
                    .Where(l => l.Label.StartsWith(comparison.Label, StringComparison.Ordinal))
                    .GroupBy(static l => l.Label, StringComparer.Ordinal)
                    .Select(same => same.Select(l => comparison.Theirs(l.Figures)).OfType<double>().ToArray())
                    .Where(static v => v.Length > 0)
                    .Select(static v => Figures.Median(v))
                    .ToArray();
                if (values.Length > 0)
                {
                    add(comparison, peer.Name, comparison.Best(values)); // of several ways to do it, the peer's best
                }
            }
        }
    }

    private static async Task PrintAsync(Comparison[] wanted, Dictionary<(Comparison, string), List<double>> figures)
    {
        string[] engines = ["ours", "ours, 20,000", .. PeerRun.All.Select(static p => p.Name)];
        await Console.Out.WriteLineAsync($"| figure | {string.Join(" | ", engines)} | ours / best peer | wanted | |");
        await Console.Out.WriteLineAsync($"|---|{string.Concat(engines.Select(static _ => "---|"))}---|---|---|");
        foreach (var comparison in wanted)
        {
            double? Median(string engine) => figures.TryGetValue((comparison, engine), out var values) ? Figures.Median(values) : null;

            var peers = PeerRun.All.Select(p => Median(p.Name)).OfType<double>().ToArray();
            var ours = comparison.Best(new[] { Median("ours"), Median("ours, 20,000") }.OfType<double>());
            var ratio = peers.Length == 0 ? double.NaN : ours / comparison.Best(peers);
            var cells = engines.Select(e => Median(e) is { } value ? value.ToString("0.##", CultureInfo.InvariantCulture) : "-");
            await Console.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"| {comparison.Workload} {comparison.Ours} | {string.Join(" | ", cells)} | {ratio:0.####} | {(comparison.LargerIsBetter ? "at least" : "at most")} {comparison.Goal:0.####} | {(comparison.IsMet(ratio) ? "met" : "MISSED")} |"));
        }
    }

    private static async Task<string> RunSelfAsync(string[] args)
    {
        using var child = OwnProcess.Start(args);
        var output = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        return output.Trim();
    }
}
