using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace TeamsWorkflows.Server.Api.Description;

/// <summary>Puts an example beside every parameter, every body and every answer of the API's description.</summary>
internal sealed class DocumentExamples : IOpenApiDocumentTransformer
{
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var operation in document.Paths.Values.SelectMany(static p => p.Operations?.Values.AsEnumerable() ?? []))
        {
            foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
            {
                parameter.Example ??= parameter.Schema is { } schema ? ShapeExamples.Of(parameter.Name ?? "", schema) : null;
            }

            foreach (var body in operation.RequestBody?.Content?.Values.AsEnumerable() ?? [])
            {
                body.Example ??= Request(body.Schema);
            }

            foreach (var (status, type, content) in Answers(operation))
            {
                content.Example ??= type == "application/problem+json" ? Problem(status)
                    : content.Schema is { } schema ? ShapeExamples.Of("value", schema)
                    : null;
            }
        }

        return Task.CompletedTask;
    }

    private static IEnumerable<(string Status, string Type, OpenApiMediaType Content)> Answers(OpenApiOperation operation)
        => operation.Responses is null
            ? []
            : operation.Responses.SelectMany(static r => r.Value.Content?.Select(c => (r.Key, c.Key, c.Value)) ?? []);

    private static System.Text.Json.Nodes.JsonNode? Request(IOpenApiSchema? schema) => schema switch
    {
        OpenApiSchemaReference { Reference.Id: { } id } when RequestExamples.Find(id) is { } example => example,
        { } other => ShapeExamples.Of("value", other),
        null => null,
    };

    private static System.Text.Json.Nodes.JsonObject Problem(string status)
    {
        var kind = ProblemCatalog.Kinds.Values.OrderBy(static k => k.Code, StringComparer.Ordinal)
            .FirstOrDefault(k => k.Statuses.Contains(int.Parse(status, System.Globalization.CultureInfo.InvariantCulture))) ?? ProblemCatalog.Kinds["failed"];
        return new() { ["type"] = kind.Type, ["title"] = kind.Meaning, ["status"] = kind.Statuses[0], ["detail"] = kind.Remedy };
    }
}
