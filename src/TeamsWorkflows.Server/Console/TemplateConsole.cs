using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Console;

/// <summary>Write a template, see what it gives. Templates are a part of each report that is handed over: nothing is stored here.</summary>
internal static class TemplateConsole
{
    private const string Card = "Card";

    private static readonly TemplateForm Sample = new(
        "Sales of {{ date.now | date.to_string '%F' }}",
        nameof(ReportFormat.Markdown),
        "**{{ region }}** sold {{ total }} items.\n\n| Shop | Items |\n|---|---|\n{{ for shop in shops }}| {{ shop.name }} | {{ shop.items }} |\n{{ end }}",
        """
        {
          "region": "North",
          "total": 42,
          "shops": [ { "name": "Oslo", "items": 30 }, { "name": "Bergen", "items": 12 } ]
        }
        """);

    /// <summary>What a body can be written as.</summary>
    public static IReadOnlyList<string> Formats { get; } = [.. Enum.GetNames<ReportFormat>().Where(static f => f is "Markdown" or "Text" or "Html"), Card];

    public static void MapTemplateConsole(this IEndpointRouteBuilder console)
    {
        console.MapGet("/templates", static (TemplateDesk desk) => Page(Sample, desk));
        console.MapPost("/templates", static ([FromForm] string? title, [FromForm] string? format, [FromForm] string? body, [FromForm] string? data, TemplateDesk desk)
            => Page(new(title ?? "", format ?? "", body ?? "", data ?? ""), desk)).NotAudited("nothing is kept");
    }

    private static RazorComponentResult<TemplatesPage> Page(TemplateForm form, TemplateDesk desk)
        => new(new { Form = form, Result = Preview(form, desk) });

    private static TemplateResult Preview(TemplateForm form, TemplateDesk desk)
    {
        var errors = new ReportErrors();
        var data = Read(form.Data, "data", errors);
        var card = form.Format == Card ? Read(form.Body, "card", errors) : null;
        return errors.IsEmpty
            ? desk.Preview(new ReportRequest(form.Title, form.Format == Card ? null : form.Body, [], form.Format == Card ? null : FormatOf(form.Format)) { Data = data, Card = card })
            : new TemplateResult.Invalid(errors.ByField());
    }

    private static ReportFormat FormatOf(string word) => Enum.TryParse<ReportFormat>(word, out var format) && Enum.IsDefined(format) ? format : ReportFormat.Markdown;

    private static JsonElement? Read(string text, string field, ReportErrors errors)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.Clone();
        }
        catch (JsonException e)
        {
            errors.Add(field, $"It is no JSON: reading stopped at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.");
            return null;
        }
    }
}

/// <summary>The form as it was filled in.</summary>
public sealed record TemplateForm(string Title, string Format, string Body, string Data);
