using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.CrashChild;
using TeamsWorkflows.DurableTask.Sqlite;
using TeamsWorkflows.DurableTask.Worker;

// Runs a hub under load until it is killed: CrashTests is the parent, kills it, starts it again, and compares the journal
// with what is on disk. It says "opens" before it opens the file and "runs" once the hub does.
if (args[0] == NodeArguments.Verb)
{
    return await NodeProcess.RunAsync(NodeArguments.Parse(args));
}

var arguments = CrashArguments.Parse(args);
var past = Journal.Read(arguments.JournalFile);
using var journal = new Journal(arguments.JournalFile, arguments.Run);
var activities = new CrashActivities(journal, past.Where(static e => e.Verb == Verbs.Mended).Select(static e => e.Subject));
var registry = CrashWorkflows.Registry(activities);
Console.WriteLine("opens");

using var store = new SqlitePartitionStore(arguments.HubFile);
var options = new TaskHubOptions { MaxIdleInstances = 10, MaxIdleTime = TimeSpan.FromSeconds(1), MaxTimersInMemory = 20 };
await using var worker = new TaskHubWorker(store, registry, NullLoggerFactory.Instance, TimeProvider.System, Guid.CreateVersion7, options);
var client = new EmbeddedDurableTaskClient(worker, store, registry, TimeProvider.System, Guid.CreateVersion7);
worker.Start();
Console.WriteLine("runs");

var driver = new ScenarioDriver(client, journal, activities, arguments, past.ToLookup(static e => e.Subject, StringComparer.Ordinal));
var begun = past.Where(static e => e.Verb == Verbs.AsksStart).Select(static e => Scenario.Of(e.Subject)).Distinct().ToArray();
var closed = past.Where(static e => e.Verb == Verbs.Closed).Select(static e => e.Subject).ToHashSet(StringComparer.Ordinal);
Scenario[] open = [.. begun.Where(s => !closed.Contains(s.Id))];
var first = begun.Length == 0 ? 0 : begun.Max(static s => s.Number) + 1;

var scenarios = open.Concat(Enumerable.Range(first, arguments.MaxNew).Select(static n => new Scenario(n)));
try
{
    await Parallel.ForEachAsync(
        scenarios,
        new ParallelOptions { MaxDegreeOfParallelism = arguments.MaxNew == 0 ? 1_000 : arguments.Callers },
        async (scenario, _) => await driver.DriveAsync(scenario));
}
catch (Exception e)
{
    journal.Write(Verbs.Broken, "child", e.ToString().ReplaceLineEndings(" "));
    return 1;
}

if (arguments.MaxNew > 0)
{
    await Task.Delay(Timeout.InfiniteTimeSpan); // the parent ends it
}

return 0;
