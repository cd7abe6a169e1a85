using System.Globalization;
using System.Text.Json;

namespace TeamsWorkflows.Reports.Content;

/// <summary>Says what Teams would not take or not show of an Adaptive Card that a message carries.</summary>
/// <remarks>
/// Teams takes schema version 1.5. A card that Graph or a flow posts has no bot behind it: whatever needs an answer from one
/// (inputs, Submit, Execute) would look as if it worked and do nothing, so it is refused.
/// </remarks>
/// <seealso href="https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference"/>
internal sealed class CardRules
{
    public const int MaxDepth = 20;

    private static readonly Version Newest = new(1, 5);

    private static readonly Dictionary<string, Kind> Elements = new(StringComparer.Ordinal)
    {
        ["TextBlock"] = new(1.0, ["text"]),
        ["Image"] = new(1.0, ["url"], Links: ["url"]),
        ["Container"] = new(1.0, ["items"], Children: ["items"]),
        ["ColumnSet"] = new(1.0, [], Children: ["columns"]),
        ["Column"] = new(1.0, [], Children: ["items"]),
        ["FactSet"] = new(1.0, ["facts"]),
        ["ImageSet"] = new(1.0, ["images"], Children: ["images"]),
        ["ActionSet"] = new(1.2, ["actions"], Children: ["actions"]),
        ["RichTextBlock"] = new(1.2, ["inlines"]),
        ["Table"] = new(1.5, [], Children: ["rows"]),
        ["TableRow"] = new(1.5, [], Children: ["cells"]),
        ["TableCell"] = new(1.5, [], Children: ["items"]),
        ["CodeBlock"] = new(1.5, ["codeSnippet"]),
        ["Action.OpenUrl"] = new(1.0, ["url"], Links: ["url"]),
        ["Action.ShowCard"] = new(1.0, ["card"], Children: ["card"]),
        ["Action.ToggleVisibility"] = new(1.2, ["targetElements"]),
        ["AdaptiveCard"] = new(1.0, [], Children: ["body", "actions"]),
    };

    // The type of children that do not say it themselves.
    private static readonly Dictionary<string, string> Implied = new(StringComparer.Ordinal)
    {
        ["columns"] = "Column",
        ["rows"] = "TableRow",
        ["cells"] = "TableCell",
        ["images"] = "Image",
    };

    private readonly ReportErrors _errors;
    private Version _version = Newest;

    private CardRules(ReportErrors errors) => _errors = errors;

    /// <summary>Adds what is wrong with the card, each by its path.</summary>
    public static void Check(JsonElement card, string path, ReportErrors errors) => new CardRules(errors).CheckCard(card, path);

    private void CheckCard(JsonElement card, string path)
    {
        if (card.ValueKind != JsonValueKind.Object || Text(card, "type") != "AdaptiveCard")
        {
            _errors.Add(path, "Give an Adaptive Card: an object whose type is AdaptiveCard.");
            return;
        }

        if (!Version.TryParse(Text(card, "version"), out var version) || version > Newest || version.Major < 1)
        {
            _errors.Add($"{path}.version", $"Give a version from 1.0 to {Newest}: newer ones are not shown by Teams.");
            return;
        }

        _version = version;
        if (Array(card, "body").Length == 0 && Array(card, "actions").Length == 0)
        {
            _errors.Add($"{path}.body", "The card is empty.");
        }

        CheckElement(card, "AdaptiveCard", path, depth: 1);
    }

    private void CheckElement(JsonElement element, string? implied, string path, int depth)
    {
        if (depth > MaxDepth)
        {
            _errors.Add(path, $"The card is nested deeper than {MaxDepth} levels.");
            return;
        }

        if (element.ValueKind != JsonValueKind.Object || (Text(element, "type") ?? implied) is not { } type)
        {
            _errors.Add(path, "Give an object with a type.");
            return;
        }

        if (WhyNot(type) is { } reason)
        {
            _errors.Add($"{path}.type", reason);
            return;
        }

        var kind = Elements[type];
        if (kind.Since > _version)
        {
            _errors.Add($"{path}.type", $"{type} needs version {kind.Since}; the card says {_version}.");
        }

        foreach (var name in kind.Required.Where(name => !element.TryGetProperty(name, out _)))
        {
            _errors.Add($"{path}.{name}", $"{type} needs it.");
        }

        CheckLinks(element, kind, path);
        CheckStyle(element, type, path);
        foreach (var name in kind.Children)
        {
            CheckChildren(element, name, $"{path}.{name}", depth);
        }
    }

    private void CheckChildren(JsonElement parent, string name, string path, int depth)
    {
        if (!parent.TryGetProperty(name, out var children))
        {
            return;
        }

        if (name == "card")
        {
            CheckElement(children, "AdaptiveCard", path, depth + 1);
            return;
        }

        if (children.ValueKind != JsonValueKind.Array)
        {
            // A table's rows and a set's columns may also be named elsewhere by number; these must be lists.
            _errors.Add(path, "Give an array.");
            return;
        }

        var i = 0;
        foreach (var child in children.EnumerateArray())
        {
            CheckElement(child, Implied.GetValueOrDefault(name), string.Create(CultureInfo.InvariantCulture, $"{path}[{i++}]"), depth + 1);
        }
    }

    private void CheckLinks(JsonElement element, Kind kind, string path)
    {
        foreach (var name in kind.Links)
        {
            if (Text(element, name) is { } link && (!Uri.TryCreate(link, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps))
            {
                _errors.Add($"{path}.{name}", "Give an address that begins with https://.");
            }
        }

        if (element.TryGetProperty("selectAction", out var action))
        {
            CheckElement(action, implied: null, $"{path}.selectAction", depth: MaxDepth);
        }
    }

    private void CheckStyle(JsonElement element, string type, string path)
    {
        if (type.StartsWith("Action.", StringComparison.Ordinal) && Text(element, "style") is "positive" or "destructive")
        {
            _errors.Add($"{path}.style", "Teams does not show positive or destructive actions. Leave the style out.");
        }
    }

    private static string? WhyNot(string type) => type switch
    {
        "Media" => "Teams shows no media in cards. Use Action.OpenUrl.",
        "Action.Submit" or "Action.Execute" => "No bot receives the answer of a card that is posted so. Use Action.OpenUrl.",
        _ when type.StartsWith("Input.", StringComparison.Ordinal) => "No bot receives the inputs of a card that is posted so.",
        _ when !Elements.ContainsKey(type) => $"Teams does not know '{type}' in version {Newest}.",
        _ => null,
    };

    private static string? Text(JsonElement element, string name)
        => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement[] Array(JsonElement element, string name)
        => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [];

    private sealed record Kind
    {
        public Kind(double since, string[] required, string[]? Children = null, string[]? Links = null)
        {
            Since = new Version(since.ToString("0.0", CultureInfo.InvariantCulture));
            (Required, this.Children, this.Links) = (required, Children ?? [], Links ?? []);
        }

        public Version Since { get; }

        public string[] Required { get; }

        public string[] Children { get; }

        public string[] Links { get; }
    }
}
