namespace TeamsWorkflows.Diagnostics;

/// <summary>Evidence to verdict. Pure: the same evidence gives the same verdict, and any evidence gives one.</summary>
public static class Diagnostician
{
    public static Diagnosis Diagnose(FailureEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);

        var verdict = evidence.Surface switch
        {
            FailureSurface.TokenEndpoint or FailureSurface.MsalException => EntraRules.Diagnose(evidence, EntraError.Read(evidence)),
            _ => GraphRules.Diagnose(evidence, GraphError.Read(evidence)),
        };
        return verdict with { RequestId = verdict.RequestId ?? evidence.RequestId };
    }
}
