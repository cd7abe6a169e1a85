using System.Globalization;
using System.Text.Json;
using Microsoft.DurableTask.Worker;
using Official = Microsoft.DurableTask;

namespace TeamsWorkflows.DurableTask.Sdk;

/// <summary>
/// Brings our failures through the official SDK, which keeps an exception's type name and message and takes what else there
/// is to say from its properties.
/// </summary>
internal sealed class SdkFailures : IExceptionPropertiesProvider
{
    private const string Code = "teamsworkflows.code";
    private const string Message = "teamsworkflows.message";
    private const string NonRetriable = "teamsworkflows.nonRetriable";

    // What the official worker says of a name that nobody registered; no retry finds it.
    private static readonly string[] NotRegistered = ["ActivityTaskNotFound", "OrchestratorTaskNotFound"];

    public IDictionary<string, object?>? GetExceptionProperties(Exception exception)
    {
        if (exception is not (ActivityFailureException or TaskFailedException))
        {
            return null;
        }

        var details = TaskFailureDetails.FromException(exception);
        Dictionary<string, object?> properties = new(details.Properties, StringComparer.Ordinal)
        {
            [Code] = details.ErrorType,
            [Message] = details.ErrorMessage,
            [NonRetriable] = details.IsNonRetriable,
        };
        foreach (var (name, value) in details.Properties)
        {
            properties[name] = value is NestedValue nested ? nested.Json : value;
        }

        return properties;
    }

    public static TaskFailureDetails From(Official.TaskFailureDetails official)
    {
        var properties = official.Properties ?? new Dictionary<string, object?>(StringComparer.Ordinal);
        return new(
            Text(properties, Code) ?? official.ErrorType,
            Text(properties, Message) ?? official.ErrorMessage,
            official.StackTrace,
            official.InnerFailure is { } inner ? From(inner) : null,
            properties.TryGetValue(NonRetriable, out var flag) ? flag is true : NotRegistered.Contains(official.ErrorType, StringComparer.Ordinal))
        {
            Properties = new(properties
                .Where(static p => p.Key is not (Code or Message or NonRetriable))
                .Select(static p => KeyValuePair.Create(p.Key, Plain(p.Value)))),
        };
    }

    private static string? Text(IDictionary<string, object?> properties, string name)
        => properties.TryGetValue(name, out var value) ? value as string : null;

    // The values that a failure may have; a converter of the host's may have made others of them.
    private static object? Plain(object? value) => value switch
    {
        null or bool or double or string => value,
        JsonElement { ValueKind: JsonValueKind.String } json => json.GetString(),
        JsonElement { ValueKind: JsonValueKind.True or JsonValueKind.False } json => json.GetBoolean(),
        JsonElement { ValueKind: JsonValueKind.Number } json => json.GetDouble(),
        JsonElement { ValueKind: JsonValueKind.Null } => null,
        JsonElement json => new NestedValue(json.GetRawText()),
        IConvertible number => number.ToDouble(CultureInfo.InvariantCulture),
        _ => new NestedValue(JsonSerializer.Serialize(value)),
    };
}
