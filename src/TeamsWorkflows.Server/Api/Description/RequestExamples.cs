using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace TeamsWorkflows.Server.Api.Description;

/// <summary>What a good request looks like, by the name of its body's schema.</summary>
internal static class RequestExamples
{
    private const string Report =
        """
        {"title":"Daily sales","body":"Revenue is **up 4 %**.","destinations":[{"connection":"finance-posts","teamId":"fbe2bf47-16c8-47cf-b4a5-4b9b187c508b","channelId":"19:4a95f7d8db4c4e7fae857bcebe0623e6@thread.tacv2"}]}
        """;

    private const string Reason = """{"reason":"The channel moves to another team today."}""";

    private static readonly FrozenDictionary<string, string> ByShape = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ReportRequest"] = Report,
        ["ReasonRequest"] = Reason,
        ["NoFields"] = "{}",
        ["ScheduleDefinition"] = $$"""{"name":"Daily sales","cron":"0 9 * * MON-FRI","timeZone":"Europe/Berlin","owner":"pat@contoso.example","report":{{Report}}}""",
        ["IntakeDefinition"] = $$"""{"tool":"Make","proof":"Signature","report":{{Report}}}""",
        ["ConnectionDefinition"] =
            """
            {"id":"finance-posts","displayName":"Finance posts","authModel":"DelegatedUser","tenantId":"11111111-1111-1111-1111-111111111111","clientId":"22222222-2222-2222-2222-222222222222","clientSecret":"THE SECRET","username":"reports@contoso.example","owner":"pat@contoso.example","scopes":["User.Read","ChannelMessage.Send","ChannelMessage.Read.All"]}
            """,
        ["ApprovalDecisionRequest"] = """{"decision":"Refuse","comment":"The figures of Tuesday are missing."}""",
        ["DiagnosisRequest"] = """{"text":"AADSTS7000222: The provided client secret keys are expired."}""",
        ["DecisionRequest"] = """{"decision":"PostAgain","reason":"I have looked: the message is not in the channel."}""",
        ["GuidedRequest"] = """{"isUnauthorized":true,"freshSignInHelps":true,"onlyAfterIdleTime":false}""",
        ["ChangeRequest"] = """{"change":"PolicyChanged","at":"2026-11-26T08:00:00Z","note":"Sign-ins need a second factor from today."}""",
        ["ConsentRequest"] = """{"grantedBy":"admin@contoso.example","scopes":["ChannelMessage.Send"],"grantedAt":"2026-11-26T08:00:00Z"}""",
        ["CalendarKeyRequest"] = """{"name":"Pat's calendar"}""",
        ["BackfillRequest"] = """{"from":"2026-11-23T00:00:00Z","to":"2026-11-26T00:00:00Z","reason":"The source was down for three days."}""",
        ["RecursiveRequest"] = """{"reason":"It waits for a channel that was deleted.","recursive":true}""",
        ["RestartRequest"] = """{"reason":"The cause is put right.","keepId":false}""",
        ["RaiseEventRequest"] = """{"reason":"The partner confirmed by telephone.","data":{"confirmed":true}}""",
        ["BulkRequest"] = """{"action":"suspend","reason":"Maintenance until noon.","filter":{"status":["Running"],"prefix":"delivery-"}}""",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <returns>Null: nothing is known of such a body.</returns>
    public static JsonNode? Find(string shape) => ByShape.TryGetValue(shape, out var json) ? JsonNode.Parse(json) : null;
}
