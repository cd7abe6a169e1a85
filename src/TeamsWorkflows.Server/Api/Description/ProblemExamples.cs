using System.Text.Json.Nodes;

namespace TeamsWorkflows.Server.Api.Description;

/// <summary>A refusal as an operation of an area could answer with that status.</summary>
internal static class ProblemExamples
{
    // What is usual everywhere.
    private static readonly Dictionary<int, string> Usual = new()
    {
        [400] = "invalid-parameter",
        [401] = "unauthenticated",
        [403] = "forbidden",
        [404] = "not-found",
        [409] = "orchestration-state",
        [410] = "orchestration-state",
        [412] = "precondition-failed",
        [413] = "body-too-large",
        [415] = "unsupported-media-type",
        [422] = "reason-missing",
        [428] = "precondition-required",
        [429] = "too-many-requests",
        [503] = "temporarily-unavailable",
        [504] = "timed-out",
    };

    // What an area refuses in a way of its own.
    private static readonly Dictionary<(string Area, int Status), string> Own = new()
    {
        [("Approvals", 403)] = "approval-not-asked",
        [("Approvals", 409)] = "approval-closed",
        [("Approvals", 422)] = "invalid-decision",
        [("Cases", 409)] = "case-closed",
        [("Connections", 409)] = "no-sign-in-needed",
        [("Connections", 422)] = "invalid-connection",
        [("Deliveries", 409)] = "delivery-ended",
        [("Diagnoses", 422)] = "invalid-diagnosis",
        [("Events", 503)] = "too-many-streams",
        [("Intakes", 401)] = "intake-not-proven",
        [("Intakes", 409)] = "name-taken",
        [("Intakes", 413)] = "too-large",
        [("Intakes", 422)] = "invalid-intake",
        [("Orchestrations", 422)] = "invalid-act",
        [("Reports", 422)] = "invalid-report",
        [("Schedules", 409)] = "name-taken",
        [("Schedules", 422)] = "invalid-schedule",
    };

    public static JsonObject Of(int status, string? area)
    {
        var kind = ProblemCatalog.Kinds[area is not null && Own.TryGetValue((area, status), out var own) ? own : Usual.GetValueOrDefault(status, "failed")];
        return new() { ["type"] = kind.Type, ["title"] = kind.Meaning, ["status"] = status, ["detail"] = kind.Remedy };
    }
}
