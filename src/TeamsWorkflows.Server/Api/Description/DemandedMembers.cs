using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace TeamsWorkflows.Server.Api.Description;

/// <summary>Says which members have to be there: those that are never null, and those that are marked <see cref="RequiredAttribute"/>.</summary>
/// <remarks>
/// The generator takes every parameter of a record for a member that has to be there. But what may be null may be left out of a
/// request, and is left out of an answer (<see cref="ApiJson.Configure"/>). What a request must have may be null in the code, so
/// that it is named with all else that is wrong when it is missing; in the document it may not be null.
/// </remarks>
internal sealed class DemandedMembers : IOpenApiSchemaTransformer, IOpenApiDocumentTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (schema.Required is { } required && context.JsonTypeInfo.Kind == JsonTypeInfoKind.Object)
        {
            foreach (var member in context.JsonTypeInfo.Properties.Where(static m => MayBeMissing(m)))
            {
                required.Remove(member.Name);
            }
        }

        return Task.CompletedTask;
    }

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var schema in document.Components?.Schemas?.Values.OfType<OpenApiSchema>() ?? [])
        {
            foreach (var name in schema.Required ?? new HashSet<string>(StringComparer.Ordinal))
            {
                schema.Properties![name] = WithoutNull(schema.Properties[name]);
            }
        }

        return Task.CompletedTask;
    }

    // What has a rule of its own for being left out is there, null or not: a rule that leaves it out always makes it no member.
    private static bool MayBeMissing(JsonPropertyInfo member)
        => (member.IsGetNullable || member.IsSetNullable) && !Has<RequiredAttribute>(member) && !Has<JsonIgnoreAttribute>(member);

    private static bool Has<T>(JsonPropertyInfo member)
        where T : Attribute
        => member.AttributeProvider?.IsDefined(typeof(T), inherit: false) is true;

    private static IOpenApiSchema WithoutNull(IOpenApiSchema member)
    {
        if (member is not OpenApiSchema schema)
        {
            return member;
        }

        if (schema.OneOf?.Where(static o => o.Type != JsonSchemaType.Null).ToList() is [var only])
        {
            return only;
        }

        schema.Type &= ~JsonSchemaType.Null;
        schema.Enum = schema.Enum?.Where(static v => v is not null && v.GetValueKind() != JsonValueKind.Null).ToList();
        return schema;
    }
}
