using System.Globalization;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Cli;

/// <summary>How often verdicts agree with labels, and where they do not.</summary>
internal sealed class Score
{
    private readonly List<(string Id, FailureLabel Label, Diagnosis Diagnosis)> _all = [];

    public int Count => _all.Count;

    public void Add(string id, FailureLabel label, Diagnosis diagnosis) => _all.Add((id, label, diagnosis));

    /// <param name="confidence">Of the label; null for all.</param>
    /// <returns>Shares from 0 to 1; 1 of nothing.</returns>
    public (int Count, double Class, double Retry, double Action) Shares(string? confidence)
    {
        var some = _all.Where(x => confidence is null || x.Label.Confidence == confidence).ToArray();
        return (
            some.Length,
            Share(some.Count(x => x.Label.Class == x.Diagnosis.Class), some.Length),
            Share(some.Count(x => x.Label.Retry == x.Diagnosis.Retry.Label()), some.Length),
            Share(some.Count(x => x.Label.Action == x.Diagnosis.Action.Label()), some.Length));
    }

    public void Print(TextWriter output)
    {
        foreach (var confidence in new string?[] { null, "high", "medium", "low" })
        {
            var (count, ofClass, ofRetry, ofAction) = Shares(confidence);
            Say(output, $"{confidence ?? "all",-7} {count,4}   class {ofClass,7:P1}   retry {ofRetry,7:P1}   action {ofAction,7:P1}");
        }

        Table(output, "class", x => x.Label.Class, x => x.Diagnosis.Class);
        Table(output, "retry", x => x.Label.Retry, x => x.Diagnosis.Retry.Label());
        Table(output, "action", x => x.Label.Action, x => x.Diagnosis.Action.Label());
        output.WriteLine();
        foreach (var (id, label, diagnosis) in _all.Where(x => !IsRight(x.Label, x.Diagnosis)))
        {
            Say(output, $"{id} ({label.Confidence}): label {label.Class}, {label.Retry}, {label.Action}; verdict {diagnosis.Class}, {diagnosis.Retry.Label()}, {diagnosis.Action.Label()} ({diagnosis.ConfidenceLevel}) by {diagnosis.Rule}");
        }
    }

    private static bool IsRight(FailureLabel label, Diagnosis diagnosis)
        => label.Class == diagnosis.Class && label.Retry == diagnosis.Retry.Label() && label.Action == diagnosis.Action.Label();

    private static double Share(int part, int whole) => whole == 0 ? 1 : (double)part / whole;

    // One line a label: how many there are, and what they were taken for.
    private void Table(
        TextWriter output,
        string name,
        Func<(string Id, FailureLabel Label, Diagnosis Diagnosis), string> labelled,
        Func<(string Id, FailureLabel Label, Diagnosis Diagnosis), string> taken)
    {
        output.WriteLine();
        Say(output, $"{name,-28} count  right  taken for");
        foreach (var group in _all.GroupBy(labelled, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var wrong = group.Where(x => taken(x) != group.Key).GroupBy(taken, StringComparer.Ordinal)
                .OrderByDescending(g => g.Count()).Select(g => $"{g.Key} {g.Count()}");
            Say(output, $"{group.Key,-28} {group.Count(),5}  {group.Count(x => taken(x) == group.Key),5}  {string.Join(", ", wrong)}");
        }
    }

    private static void Say(TextWriter output, FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
