using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TeamsWorkflows.Sandbox.Common;

namespace TeamsWorkflows.Sandbox.Pages;

/// <summary>Shows an Adaptive Card: texts, facts, tables, containers, columns and links. Inputs and media are left out.</summary>
internal static partial class CardView
{
    private const int DepthLimit = 12;

    public static Html Render(string json)
    {
        try
        {
            return JsonNode.Parse(json) is JsonObject card
                ? Html.Of($"<div class=\"adaptive\">{Items(card, "body", 0)}{Actions(card)}</div>")
                : Broken();
        }
        catch (JsonException)
        {
            return Broken();
        }
    }

    private static Html Items(JsonObject parent, string property, int depth) => depth > DepthLimit
        ? Html.Empty
        : Html.Join(parent.Objects(property).Select(element => Element(element, depth + 1)));

    private static Html Element(JsonObject element, int depth) => element.Text("type") switch
    {
        "TextBlock" => TextBlock(element),
        "RichTextBlock" => Html.Of($"<p>{element.Objects("inlines").Select(run => Html.Text(run.Text("text") ?? ""))}</p>"),
        "FactSet" => Html.Of($"<dl class=\"facts\">{element.Objects("facts").Select(fact => Html.Of($"<dt>{Inline(fact.Text("title"))}</dt><dd>{Inline(fact.Text("value"))}</dd>"))}</dl>"),
        "ColumnSet" => Html.Of($"<div class=\"columns\">{element.Objects("columns").Select(column => Html.Of($"<div>{Items(column, "items", depth)}</div>"))}</div>"),
        "Table" => Table(element, depth),
        "ActionSet" => Actions(element),
        _ => Html.Of($"<div>{Items(element, "items", depth)}</div>"),
    };

    private static Html TextBlock(JsonObject block)
    {
        var text = Inline(block.Text("text"));
        var isTitle = block.Text("style") == "heading" || block.Text("size") is "Large" or "ExtraLarge" or "large" or "extraLarge"
            || (block.Text("weight") is "Bolder" or "bolder" && block.Text("size") is "Medium" or "medium");
        var isSubtle = block.Flag("isSubtle");
        return isTitle ? Html.Of($"<h3>{text}</h3>")
            : Html.Of($"<p class=\"{(isSubtle ? "subtle" : "")}{(block.Text("weight") is "Bolder" or "bolder" ? " bold" : "")}\">{text}</p>");
    }

    private static Html Table(JsonObject table, int depth) => Html.Of($"""
        <div class="scroll"><table>{table.Objects("rows").Select(row => Html.Of($"<tr>{row.Objects("cells").Select(cell => Html.Of($"<td>{Items(cell, "items", depth)}</td>"))}</tr>"))}</table></div>
        """);

    private static Html Actions(JsonObject card)
    {
        var links = card.Objects("actions")
            .Where(action => action.Text("type") == "Action.OpenUrl"
                && Uri.TryCreate(action.Text("url"), UriKind.Absolute, out var target) && target.Scheme is "http" or "https")
            .Select(action => Html.Of($"<a class=\"action\" rel=\"noopener noreferrer\" href=\"{action.Text("url")}\">{action.Text("title") ?? "Open"}</a>"))
            .ToArray();
        return links.Length == 0 ? Html.Empty : Html.Of($"<p class=\"actions\">{links}</p>");
    }

    /// <summary>The Markdown that people use most in cards: bold and links; the rest stays as typed.</summary>
    private static Html Inline(string? text)
    {
        var parts = new List<Html>();
        var position = 0;
        text ??= "";
        foreach (Match match in Markdown().Matches(text))
        {
            parts.Add(Html.Text(text[position..match.Index]));
            parts.Add(match.Groups["bold"].Success
                ? Html.Of($"<strong>{match.Groups["bold"].Value}</strong>")
                : Html.Of($"<a rel=\"noopener noreferrer\" href=\"{match.Groups["url"].Value}\">{match.Groups["name"].Value}</a>"));
            position = match.Index + match.Length;
        }

        parts.Add(Html.Text(text[position..]));
        return Html.Join(parts);
    }

    private static Html Broken() => Html.Of($"<p class=\"error\">This card cannot be shown.</p>");

    [GeneratedRegex("""\*\*(?<bold>[^*\n]+)\*\*|\[(?<name>[^\]\n]+)\]\((?<url>https?://[^)\s]+)\)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Markdown();
}
