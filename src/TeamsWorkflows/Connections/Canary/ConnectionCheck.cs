using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Connections.Canary;

/// <summary>Tries one connection, and opens its case when it does not work.</summary>
/// <remarks>It also uses the stored sign-in, which ends when nobody does, and asks the registration when its credentials end.</remarks>
internal sealed class ConnectionCheck(
    Database database, ConnectionTrial trial, Registrations registrations, ParkRun park, ConnectionHealth health)
{
    public async Task<CheckedConnection> TryAsync(TaskActivityContext context, ConnectionRow row, TokenRequest request)
    {
        var (token, failure) = await trial.RunAsync(row, request, context.CancellationToken);
        if (failure is { Diagnosis: { MayRenewSilently: true } first } && !request.BypassCache)
        {
            (token, failure) = await trial.RunAsync(row, new TokenRequest(BypassCache: true, first.Claims), context.CancellationToken);
        }

        if (failure is null)
        {
            await registrations.ReadAsync(row, token!, context.CancellationToken);
            return CheckedConnection.Works;
        }

        if (!IsForPeople(failure.Diagnosis))
        {
            return CheckedConnection.Unknown;
        }

        await StopAsync(context, row, failure);
        return CheckedConnection.Broken;
    }

    /// <summary>Sees to it that a connection that is stopped has the case that its verdict asks for.</summary>
    public Task ParkAsync(TaskActivityContext context, ConnectionRow stopped)
        => WorkflowJson.Read<Diagnosis>(stopped.Diagnosis) is { } diagnosis && IsForPeople(diagnosis)
            ? ParkAsync(context, stopped, diagnosis)
            : Task.CompletedTask;

    /// <summary>Stops a connection, and opens the case that its failure asks for.</summary>
    public async Task StopAsync(TaskActivityContext context, ConnectionRow used, ConnectionVerdict failure)
    {
        await StopAsync(used, failure, context.CancellationToken);
        await ParkAsync(context, used, failure.Diagnosis);
    }

    private Task<ParkResult> ParkAsync(TaskActivityContext context, ConnectionRow row, Diagnosis diagnosis)
        => park.RunAsync(context, new ParkRunInput(row.Id, DeliveryId: "", InstanceId: null, diagnosis, row.Generation));

    /// <summary>Ends the suspicion that a connection was tried for; one that came up during the try is still to be tried.</summary>
    public Task TrustAsync(ConnectionRow tried, CancellationToken cancellationToken) => database.WriteAsync(
        db => db.Connections.Where(c => c.Id == tried.Id && c.SuspectedAt == tried.SuspectedAt).ExecuteUpdateAsync(
            static set => set.SetProperty(c => c.Suspicion, _ => (OperationalChange?)null).SetProperty(c => c.SuspectedAt, _ => (DateTimeOffset?)null),
            cancellationToken),
        cancellationToken);

    /// <summary>Whether a person has to do something about a failure, and it is known what.</summary>
    public static bool IsForPeople(Diagnosis diagnosis)
        => diagnosis.Action != OperatorAction.WaitAndRetry && diagnosis.Class != FailureClasses.Unknown;

    // Whoever used the connection meanwhile knows better: only the generation that was tried is stopped.
    private Task StopAsync(ConnectionRow used, ConnectionVerdict failure, CancellationToken cancellationToken) => database.WriteAsync(
        async db =>
        {
            var row = await db.Connections.SingleAsync(c => c.Id == used.Id, cancellationToken);
            if (row.Generation == used.Generation && (row.State != ConnectionState.NeedsAttention || row.Diagnosis == used.Diagnosis))
            {
                var evidence = WorkflowJson.Write(failure.Evidence);
                health.Move(db, row, ConnectionState.NeedsAttention, failure.Diagnosis, evidence, ConnectionHealth.Product);
            }
        },
        cancellationToken);
}

/// <summary>What a try of a connection came to.</summary>
internal enum CheckedConnection
{
    Works,

    /// <summary>A person has to act: it is stopped, and has its case.</summary>
    Broken,

    /// <summary>The service has trouble of its own, or answered something that nobody knows.</summary>
    Unknown,
}
