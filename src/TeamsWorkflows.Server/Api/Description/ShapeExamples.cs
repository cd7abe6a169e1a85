using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace TeamsWorkflows.Server.Api.Description;

/// <summary>Makes an answer that has a schema's shape, with values that a reader can picture.</summary>
internal static class ShapeExamples
{
    private const int MaxDepth = 8;
    private const string Time = "2026-11-26T09:00:00+00:00";

    /// <param name="name">The member or parameter that it is the value of; it says what the value is about.</param>
    public static JsonNode? Of(string name, IOpenApiSchema schema) => Of(name, schema, []);

    private static JsonNode? Of(string name, IOpenApiSchema schema, HashSet<string> above)
    {
        if (schema is OpenApiSchemaReference { Reference.Id: { } id })
        {
            if (above.Count >= MaxDepth || !above.Add(id))
            {
                return null; // a thing within a thing of its own kind
            }

            var within = Of(name, ((OpenApiSchemaReference)schema).RecursiveTarget ?? new OpenApiSchema(), above);
            above.Remove(id);
            return within;
        }

        if (schema.Enum is { Count: > 0 } words)
        {
            return words.FirstOrDefault(static w => w is not null)?.DeepClone();
        }

        if ((schema.OneOf ?? schema.AnyOf ?? schema.AllOf)?.FirstOrDefault(static s => s.Type != JsonSchemaType.Null) is { } first)
        {
            return Of(name, first, above);
        }

        return ((schema.Type ?? default) & ~JsonSchemaType.Null) switch
        {
            JsonSchemaType.Object => Members(schema, above),
            JsonSchemaType.Array => schema.Items is { } item && Of(name, item, above) is { } one ? new JsonArray(one) : [],
            JsonSchemaType.Boolean => true,
            JsonSchemaType.Integer or (JsonSchemaType.Integer | JsonSchemaType.String) => Number(name),
            JsonSchemaType.Number or (JsonSchemaType.Number | JsonSchemaType.String) => 1.5,
            JsonSchemaType.String => Text(name, schema),
            _ => schema.Properties is { Count: > 0 } ? Members(schema, above) : new JsonObject { ["total"] = 42 },
        };
    }

    private static JsonObject Members(IOpenApiSchema schema, HashSet<string> above)
    {
        var members = new JsonObject();
        foreach (var (name, member) in schema.Properties ?? new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal))
        {
            if (Of(name, member, above) is { } value)
            {
                members[name] = value;
            }
        }

        if (members.Count == 0 && schema.AdditionalProperties is { } other)
        {
            members["destinations[0].channelId"] = Of("value", other, above);
        }

        return members;
    }

    private static JsonNode Number(string name) => name switch
    {
        "limit" or "top" => 50,
        "before" or "sequence" or "after" => 1_204,
        "status" => 401,
        _ => 3,
    };

    private static JsonNode Text(string name, IOpenApiSchema schema) => schema switch
    {
        { Format: "date-time" } => Time,
        { Format: "uuid" } => "0197c0de-5f1a-7b3c-9d2e-1a2b3c4d5e6f",
        { Format: "uri" } => "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/authorize",
        { Pattern: { } pattern } when pattern.Contains(':') => "00:15:00",
        _ => Word(name),
    };

    private static string Word(string name) => name switch
    {
        "id" or "reportId" => "0197c0de5f1a7b3c9d2e1a2b3c4d5e6f",
        "deliveryId" => "0197c0de5f1a7b3c9d2e1a2b3c4d5e6f-1",
        "connection" or "connectionId" or "left" => "finance-posts",
        "right" => "finance-posts-test",
        "displayName" => "Finance posts",
        "channel" or "channelId" => "19:4a95f7d8db4c4e7fae857bcebe0623e6@thread.tacv2",
        "teamId" => "fbe2bf47-16c8-47cf-b4a5-4b9b187c508b",
        "publisher" or "actorId" => "7c1f2a90-4d8e-4a53-9c57-2f2f0f3f8e11",
        "actor" or "owner" or "username" or "closedBy" or "recordedBy" or "grantedBy" or "createdBy" or "tickedBy" or "email" or "person" => "pat@contoso.example",
        "role" => "Operator",
        "title" or "name" => "Daily sales",
        "action" => "case.resolve",
        "target" => "case/0197c0de5f1a7b3c9d2e1a2b3c4d5e6f",
        "reason" or "note" or "comment" => "The owner is back and has signed in.",
        "instanceId" or "instance" => "report-0197c0de5f1a7b3c9d2e1a2b3c4d5e6f",
        "instanceIdPrefix" or "prefix" => "report-",
        "functionName" => "DeliverReport",
        "eventName" => "Decided",
        "step" => "confirm-change",
        "state" => "Delivered",
        "runtimeStatus" or "status" => "Running",
        "from" or "createdFrom" or "createdTimeFrom" => "2026-11-25T00:00:00Z",
        "to" or "createdTo" or "createdTimeTo" => "2026-11-26T00:00:00Z",
        "createdTime" or "lastUpdatedTime" => "2026-11-26T09:00:00Z",
        "before" => "0197c0de5f1a7b3c9d2e1a2b3c4d5e6f-1",
        "hash" or "previousHash" => "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "tag" => "purpose=report",
        "If-Match" or "eTag" => "\"0197c0de5f1a-3\"",
        "If-None-Match" => "*",
        "Idempotency-Key" => "sales-2026-11-26",
        "timeZone" => "Europe/Berlin",
        "cron" => "0 9 * * MON-FRI",
        "label" => "connection:finance-posts",
        "continuationToken" or "x-ms-continuation-token" => "MDE5N2MwZGU",
        "detail" => "There is no report '0197c0de'. Check the identifier.",
        "self" or "next" or "report" or "receipt" or "orchestration" => "/api/v1/reports/0197c0de5f1a7b3c9d2e1a2b3c4d5e6f",
        _ => name,
    };
}
