using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace TeamsWorkflows.Server.Api.Description;

/// <summary>Says of the members of a request which have to be there: those that are marked <see cref="RequiredAttribute"/>.</summary>
/// <remarks>
/// All of them may be null in the code, so that one that is missing gets its answer with all else that is wrong; from that the
/// generator makes members that have to be there and may be null. In an answer that is what they are, and so it stays.
/// </remarks>
internal sealed class DemandedMembers : IOpenApiSchemaTransformer, IOpenApiDocumentTransformer
{
    private const string Demanded = nameof(DemandedMembers);

    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonPropertyInfo is null && context.JsonTypeInfo.Kind == JsonTypeInfoKind.Object)
        {
            (schema.Metadata ??= new Dictionary<string, object>(StringComparer.Ordinal))[Demanded] = context.JsonTypeInfo.Properties
                .Where(static p => p.AttributeProvider?.IsDefined(typeof(RequiredAttribute), inherit: false) is true)
                .Select(static p => p.Name).ToHashSet(StringComparer.Ordinal);
        }

        return Task.CompletedTask;
    }

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        var bodies = document.Paths.Values.SelectMany(static p => p.Operations?.Values.AsEnumerable() ?? [])
            .SelectMany(static o => o.RequestBody?.Content?.Values.AsEnumerable() ?? []);
        HashSet<OpenApiSchema> seen = [];
        foreach (var body in bodies)
        {
            Say(body.Schema, seen);
        }

        return Task.CompletedTask;
    }

    private static void Say(IOpenApiSchema? named, HashSet<OpenApiSchema> seen)
    {
        if (Itself(named) is not { } schema || !seen.Add(schema))
        {
            return;
        }

        if (schema is { Required: { } required, Properties: { } members, Metadata: { } notes }
            && notes.TryGetValue(Demanded, out var note) && note is HashSet<string> demanded)
        {
            foreach (var name in required.Where(name => MayBeNull(members[name])).ToArray())
            {
                if (demanded.Contains(name))
                {
                    members[name] = WithoutNull(members[name]);
                }
                else
                {
                    required.Remove(name);
                }
            }
        }

        foreach (var part in Parts(schema))
        {
            Say(part, seen);
        }
    }

    private static IEnumerable<IOpenApiSchema?> Parts(OpenApiSchema schema)
        => [.. schema.Properties?.Values ?? [], .. schema.OneOf ?? [], .. schema.AnyOf ?? [], .. schema.AllOf ?? [], schema.Items, schema.AdditionalProperties];

    private static OpenApiSchema? Itself(IOpenApiSchema? named) => named switch
    {
        OpenApiSchemaReference reference => reference.RecursiveTarget,
        OpenApiSchema schema => schema,
        _ => null,
    };

    private static bool MayBeNull(IOpenApiSchema member)
        => member.Type?.HasFlag(JsonSchemaType.Null) is true || member.OneOf?.Any(IsNull) is true || member.Enum?.Any(static v => IsNull(v)) is true;

    private static IOpenApiSchema WithoutNull(IOpenApiSchema member)
    {
        if (member is not OpenApiSchema schema)
        {
            return member;
        }

        if (schema.OneOf?.Where(static o => !IsNull(o)).ToList() is [var only])
        {
            return only;
        }

        schema.Type &= ~JsonSchemaType.Null;
        schema.Enum = schema.Enum?.Where(static v => !IsNull(v)).ToList();
        return schema;
    }

    private static bool IsNull(IOpenApiSchema schema) => schema.Type == JsonSchemaType.Null;

    private static bool IsNull(System.Text.Json.Nodes.JsonNode? value) => value is null || value.GetValueKind() == JsonValueKind.Null;
}
