using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Doctor;
using TeamsWorkflows.Server.Access;

namespace TeamsWorkflows.Server.Api;

/// <summary>The doctor: the inventory of this environment, and what was found when it was tried.</summary>
internal static class DoctorEndpoints
{
    public static void MapDoctor(this IEndpointRouteBuilder routes)
        => routes.MapGet("/doctor", ExamineAsync)
            .WithTags("Doctor")
            .RequireAuthorization(Policies.Operate)
            .WithSummary("Takes the inventory of this environment and tries everything that deliveries need; changes nothing.")
            .Produces<DoctorReport>();

    private static async Task<ContentHttpResult> ExamineAsync(DoctorDesk doctor, CancellationToken cancellationToken)
        => TypedResults.Text((await doctor.ExamineAsync(cancellationToken)).ToJson(), "application/json");
}
