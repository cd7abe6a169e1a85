using System.Diagnostics;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Server.Api.Description;

/// <summary>Describes each kind of destination: they are read by a converter of their own, of which the generator sees nothing.</summary>
internal sealed class DestinationKinds : IOpenApiDocumentTransformer
{
    public async Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        if (Component(document, nameof(Destination)) is not { } destination || Component(document, nameof(ReportRequest)) is not { Properties: { } members })
        {
            throw new UnreachableException("Reports and their destinations are in the API.");
        }

        destination.Description = "Where a report goes: the kind says how. Without one it is a channel.";
        destination.OneOf = [];
        foreach (var (kind, type) in DestinationConverter.Kinds)
        {
            var schema = await context.GetOrCreateSchemaAsync(type, parameterDescription: null, cancellationToken);
            schema.Properties = new Dictionary<string, IOpenApiSchema>(schema.Properties ?? new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal), StringComparer.Ordinal)
            {
                [DestinationConverter.KindMember] = new OpenApiSchema { Type = JsonSchemaType.String, Const = kind },
            };
            schema.AdditionalPropertiesAllowed = false;
            if (kind != DestinationConverter.DefaultKind)
            {
                (schema.Required ??= new HashSet<string>(StringComparer.Ordinal)).Add(DestinationConverter.KindMember);
            }

            document.AddComponent(type.Name, schema);
            destination.OneOf.Add(new OpenApiSchemaReference(type.Name, document));
        }

        ((OpenApiSchema)members["destinations"]).Items = new OpenApiSchemaReference(nameof(Destination), document);
    }

    private static OpenApiSchema? Component(OpenApiDocument document, string name)
        => document.Components?.Schemas is { } schemas && schemas.TryGetValue(name, out var schema) ? schema as OpenApiSchema : null;
}
