using BenchmarkDotNet.Attributes;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Benchmarks;

/// <summary>What a verdict costs.</summary>
[MemoryDiagnoser]
public class DiagnosisBenchmarks
{
    private readonly FailureEvidence _revoked = new(FailureSurface.TokenEndpoint, DateTimeOffset.UnixEpoch)
    {
        Status = 400,
        Body = """{"error":"invalid_grant","error_description":"AADSTS50173: The provided grant has expired.","error_codes":[50173],"suberror":"bad_token"}""",
    };

    private readonly FailureEvidence _expired = new(FailureSurface.GraphResponse, DateTimeOffset.UnixEpoch)
    {
        Status = 401,
        Body = """{"error":{"code":"InvalidAuthenticationToken","message":"Lifetime validation failed, the token is expired."}}""",
    };

    [Benchmark]
    public Diagnosis TokenEndpoint() => Diagnostician.Diagnose(_revoked);

    [Benchmark]
    public Diagnosis Graph() => Diagnostician.Diagnose(_expired);
}
