using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Cli;

/// <summary>A verdict as one line of JSON, in the words of the files of failures.</summary>
internal static class DiagnosisJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What <c>diagnose --jsonl</c> prints.</summary>
    public static string Line(string id, Diagnosis diagnosis) => Write(json =>
    {
        json.WriteString("id", id);
        Verdict(json, diagnosis);
    });

    /// <summary>What <c>diagnose --json</c> prints: the verdict and how it came about.</summary>
    public static string Whole(Diagnosis diagnosis) => Write(json =>
    {
        Verdict(json, diagnosis);
        json.WriteNumber("probability", diagnosis.Confidence);
        json.WriteString("summary", diagnosis.Summary);
        json.WriteString("code", diagnosis.Code);
        json.WriteString("runbook", diagnosis.Runbook);
        json.WriteString("retryAfter", diagnosis.RetryAfter?.ToString("c"));
        json.WriteString("rule", diagnosis.Rule);
        json.WriteString("rulesVersion", diagnosis.Trace!.RulesVersion);
        json.WriteString("wouldChange", diagnosis.Trace.WouldChange);
        json.WriteStartArray("trace");
        foreach (var step in diagnosis.Trace.Steps)
        {
            json.WriteStartObject();
            json.WriteString("rule", step.Rule);
            json.WriteString("evidence", step.Evidence);
            json.WriteString("says", step.Says);
            json.WriteString("role", JsonNamingPolicy.KebabCaseLower.ConvertName(step.Role.ToString()));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static void Verdict(Utf8JsonWriter json, Diagnosis diagnosis)
    {
        json.WriteString("layer", diagnosis.Layer.Label());
        json.WriteString("class", diagnosis.Class);
        json.WriteString("subclass", diagnosis.Subclass);
        json.WriteString("retry", diagnosis.Retry.Label());
        json.WriteString("action", diagnosis.Action.Label());
        json.WriteString("confidence", diagnosis.ConfidenceLevel);
        json.WriteString("secondary", diagnosis.Secondary?.Class);
    }

    private static string Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
