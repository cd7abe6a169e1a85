using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace TeamsWorkflows.Benchmarks.Peers;

/// <summary>One engine and how its harness is called.</summary>
/// <param name="Environment">Variables for the harness; the peers' folder comes from the caller.</param>
internal sealed record Peer(string Name, string Engine, params (string Name, string Value)[] Environment);

/// <summary>Runs a peer's harness and reads the lines it prints: a label, then JSON.</summary>
internal sealed class PeerRun(string harness)
{
    public static readonly Peer[] All =
    [
        new("Restate 24", "restate"),
        new("Restate 2", "restate", ("RESTATE_DEFAULT_NUM_PARTITIONS", "2")),
        new("DBOS", "dbos"),
    ];

    /// <returns>The lines that carry figures; none, with the reason on standard error, when the peer cannot run.</returns>
    public async Task<IReadOnlyList<(string Label, JsonElement Figures)>> RunAsync(Peer peer, string workload)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(harness, "run.sh"), peer.Engine, workload])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in peer.Environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        List<(string, JsonElement)> lines = [];
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            await Console.Error.WriteLineAsync($"  {peer.Name}: {line}");
            if (line.IndexOf('{', StringComparison.Ordinal) is > 0 and var at && TryParse(line[at..]) is { } figures)
            {
                lines.Add((line[..at].Trim(), figures));
            }
        }

        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            var reason = await errors;
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{peer.Name} {workload} ended with code {process.ExitCode}: {reason}"));
        }

        return lines;
    }

    private static JsonElement? TryParse(string text)
    {
        try
        {
            return JsonDocument.Parse(text).RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
