using System.Globalization;
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
                content.Example ??= type == "application/problem+json" ? ProblemExamples.Of(int.Parse(status, CultureInfo.InvariantCulture), operation.Tags?.FirstOrDefault()?.Name)
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
}
