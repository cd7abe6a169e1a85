using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace TeamsWorkflows.Server.Api;

/// <summary>Turns what could not be read of a request into a problem that names the field and the fix.</summary>
internal sealed partial class BadRequestProblems(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException refused)
        {
            return false;
        }

        httpContext.Response.StatusCode = refused.StatusCode;
        var problem = refused.StatusCode == StatusCodes.Status400BadRequest ? Describe(refused) : StatusProblems.For(httpContext);
        return await problems.TryWriteAsync(new() { HttpContext = httpContext, ProblemDetails = problem });
    }

    private static ProblemDetails Describe(BadHttpRequestException refused)
        => refused.InnerException is JsonException json ? Describe(json)
            : Parameter().Match(refused.Message) is { Success: true } parameter
                ? Invalid(parameter.Groups["name"].Value, $"'{parameter.Groups["value"].Value}' does not fit: give {Expected(parameter.Groups["type"].Value)}.")
            : refused.Message.Contains("no body was provided", StringComparison.Ordinal)
                || refused.Message.Contains("not provided from body", StringComparison.Ordinal)
                ? Problems.Details(400, "body-missing", "The body is missing", "Send a JSON object as the body.")
            : Problems.Details(400, "invalid-request", "The request is invalid", "The request cannot be read. Compare it with /openapi/v1.json.");

    private static ProblemDetails Describe(JsonException json)
    {
        if (json.InnerException is JsonException { Path: null })
        {
            return Problems.Details(
                400,
                "malformed-json",
                "The body is not valid JSON",
                $"Reading stopped at line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}. Correct the JSON there.");
        }

        var path = Field(json);
        if (UnknownMember().Match(json.Message) is { Success: true } unknown)
        {
            var name = unknown.Groups["name"].Value;
            var field = path.EndsWith(name, StringComparison.Ordinal) ? path : path == "$" ? name : $"{path}.{name}";
            return Problems.Details(
                400,
                "unknown-field",
                "A field is unknown",
                $"There is no field '{field}'. Remove it, or correct its name.",
                Errors(field, "Unknown field."));
        }

        return Problems.Details(
            400,
            "wrong-type",
            "A field has the wrong type",
            $"The value of '{path}' has the wrong type or form. /openapi/v1.json says what it takes.",
            Errors(path, "Wrong type or form."));
    }

    // A converter that reads a part by itself has a path in it; the rest stands in the exception around.
    private static string Field(JsonException json)
    {
        var path = json.Path + (json.InnerException is JsonException { Path: { } inner } ? inner[1..] : "");
        return path is { Length: > 2 } && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : "$";
    }

    private static ProblemDetails Invalid(string name, string fix)
        => Problems.Details(400, "invalid-parameter", "A parameter is invalid", $"{name}: {fix}", Errors(name, fix));

    private static string Expected(string type) => type.TrimEnd('?') switch
    {
        "int" => "a whole number",
        "bool" => "true or false",
        var other => $"a value of type {other}",
    };

    private static Dictionary<string, string[]> Errors(string field, string message)
        => new(StringComparer.Ordinal) { [field] = [message] };

    [GeneratedRegex("Failed to bind parameter \"(?<type>[^ \"]+) (?<name>[^\"]+)\" from \"(?<value>[^\"]*)\"", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Parameter();

    [GeneratedRegex("^The JSON property '(?<name>[^']*)' could not be mapped", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex UnknownMember();
}
