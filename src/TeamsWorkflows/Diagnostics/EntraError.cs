using System.Text.Json;
using System.Text.RegularExpressions;

namespace TeamsWorkflows.Diagnostics;

/// <summary>What Entra's answer says, wherever it says it: the library's properties, the JSON, or the text.</summary>
/// <param name="Codes">AADSTS numbers, the most specific first.</param>
internal sealed partial record EntraError(string? Error, string? SubError, IReadOnlyList<string> Codes)
{
    public static EntraError Read(FailureEvidence evidence)
    {
        var (error, suberror, codes) = ReadJson(evidence.Body);
        if (codes.Count == 0)
        {
            codes = evidence.ErrorCodes.Count > 0 ? evidence.ErrorCodes : CodesIn(evidence.Body ?? evidence.Exception);
        }

        return new(error ?? evidence.Error, suberror ?? evidence.SubError, codes);
    }

    private static (string? Error, string? SubError, IReadOnlyList<string> Codes) ReadJson(string? body)
    {
        if (body is null || !body.AsSpan().TrimStart().StartsWith("{"))
        {
            return (null, null, []);
        }

        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            var codes = root.TryGetProperty("error_codes", out var numbers) && numbers.ValueKind == JsonValueKind.Array
                ? numbers.EnumerateArray().Select(static n => n.ToString()).ToArray()
                : CodesIn(Text(root, "error_description"));
            return (Text(root, "error"), Text(root, "suberror"), codes);
        }
        catch (JsonException)
        {
            return (null, null, []); // cut off or not JSON: the text is searched instead
        }
    }

    private static string? Text(JsonElement json, string name)
        => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IReadOnlyList<string> CodesIn(string? text)
        => text is null ? [] : AadstsCode().Matches(text).Select(static m => m.Groups["code"].Value).Distinct(StringComparer.Ordinal).ToArray();

    [GeneratedRegex(@"AADSTS(?<code>\d{4,8})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AadstsCode();
}
