using System.Globalization;
using System.Xml.Linq;

namespace TeamsWorkflows.Server.Orchestrations;

/// <summary>Who asked whom for what, as an SVG that needs nothing else: a lifeline per participant, an arrow per step.</summary>
internal static class SequenceDiagram
{
    /// <summary>Most steps that are drawn; the history has them all.</summary>
    public const int MaxSteps = 300;

    private const int LaneWidth = 190;
    private const int RowHeight = 26;
    private const int Top = 56;
    private const int Margin = 20;
    private const int LongestLabel = 26;

    private const string Ink = "#1d1d24";
    private const string Faint = "#8a8a99";
    private const string Wrong = "#a4161f";

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    public static XDocument Draw(string name, Timeline timeline)
    {
        var steps = StepsOf(timeline);
        var shown = steps.Take(MaxSteps).ToArray();
        var lanes = shown.Select(static s => s.Other).Distinct(StringComparer.Ordinal).Select((other, at) => (other, at: at + 1))
            .ToDictionary(static l => l.other, static l => l.at, StringComparer.Ordinal);
        var width = (2 * Margin) + (LaneWidth * (lanes.Count + 1));
        var height = Top + (RowHeight * (shown.Length + 1)) + Margin;
        var svg = new XElement(
            Svg + "svg",
            new XAttribute("viewBox", $"0 0 {width} {height}"),
            new XAttribute("width", width),
            new XAttribute("height", height),
            new XAttribute("font-family", "Segoe UI, system-ui, sans-serif"),
            new XAttribute("font-size", 12),
            new XElement(Svg + "title", $"What {Cut(name)} asked for, and what came back"),
            new XElement(Svg + "rect", new XAttribute("width", width), new XAttribute("height", height), new XAttribute("fill", "#fff")));
        svg.Add(Lane(0, name, height));
        foreach (var (other, lane) in lanes)
        {
            svg.Add(Lane(lane, other, height));
        }

        for (var row = 0; row < shown.Length; row++)
        {
            svg.Add(Arrow(shown[row], lanes[shown[row].Other], Top + (RowHeight * (row + 1))));
        }

        return new XDocument(svg);
    }

    private static IReadOnlyList<Step> StepsOf(Timeline timeline)
    {
        List<Step> steps = [];
        foreach (var entry in timeline.Entries)
        {
            switch (entry.Kind)
            {
                case TimelineKind.Activity or TimelineKind.SubOrchestration:
                    steps.Add(new(entry.Start, entry.Name, IsOut: true, entry.Kind == TimelineKind.Activity ? "call" : "start", IsWrong: false));
                    AddEnd(entry, entry.Failure?.ErrorType ?? "result");
                    break;
                case TimelineKind.Timer:
                    steps.Add(new(entry.Start, "clock", IsOut: true, $"until {entry.FireAt:HH:mm:ss}", IsWrong: false));
                    AddEnd(entry, "it is time");
                    break;
                case TimelineKind.EventSent:
                    steps.Add(new(entry.Start, entry.InstanceId ?? "others", IsOut: true, entry.Name, IsWrong: false));
                    break;
                case TimelineKind.EventReceived or TimelineKind.Intervention or TimelineKind.Suspension:
                    steps.Add(new(entry.Start, "from outside", IsOut: false, entry.Name, entry.Kind == TimelineKind.Intervention));
                    break;
            }
        }

        return [.. steps.OrderBy(static s => s.At)];

        void AddEnd(TimelineEntry entry, string label)
        {
            if (entry.End is { } end)
            {
                steps.Add(new(end, entry.Kind == TimelineKind.Timer ? "clock" : entry.Name, IsOut: false, label, entry.Failure is not null));
            }
        }
    }

    private static IEnumerable<XElement> Lane(int lane, string name, int height)
    {
        yield return Text(X(lane), Margin + 8, Cut(name), Ink, "600");
        yield return Line(X(lane), Margin + 18, X(lane), height - Margin, Faint, "4 4");
    }

    private static IEnumerable<XElement> Arrow(Step step, int lane, int y)
    {
        var (from, to) = step.IsOut ? (X(0), X(lane)) : (X(lane), X(0));
        var ink = step.IsWrong ? Wrong : Ink;
        var back = from < to ? -7 : 7;
        yield return Line(from, y, to, y, ink, step.IsOut ? null : "5 3");
        yield return new XElement(
            Svg + "path",
            new XAttribute("d", string.Create(CultureInfo.InvariantCulture, $"M{to} {y}l{back} -4v8z")),
            new XAttribute("fill", ink));
        yield return Text(X(lane) - (LaneWidth / 2), y - 4, Cut(step.Label), ink, "400");
    }

    private static XElement Text(int x, int y, string text, string ink, string weight) => new(
        Svg + "text",
        new XAttribute("x", x),
        new XAttribute("y", y),
        new XAttribute("text-anchor", "middle"),
        new XAttribute("fill", ink),
        new XAttribute("font-weight", weight),
        text);

    private static XElement Line(int x1, int y1, int x2, int y2, string ink, string? dashes) => new(
        Svg + "line",
        new XAttribute("x1", x1),
        new XAttribute("y1", y1),
        new XAttribute("x2", x2),
        new XAttribute("y2", y2),
        new XAttribute("stroke", ink),
        dashes is null ? null : new XAttribute("stroke-dasharray", dashes));

    private static int X(int lane) => Margin + (LaneWidth / 2) + (LaneWidth * lane);

    // Names come from code and from callers: what an XML document cannot hold is left out.
    private static string Cut(string text)
    {
        var fit = new string([.. text.Where(System.Xml.XmlConvert.IsXmlChar)]);
        return fit.Length <= LongestLabel ? fit : string.Concat(fit.AsSpan(0, LongestLabel - 1), "…");
    }

    private sealed record Step(DateTimeOffset At, string Other, bool IsOut, string Label, bool IsWrong);
}
