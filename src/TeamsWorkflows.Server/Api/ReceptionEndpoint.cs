using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Intakes;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Api;

/// <summary>Where other tools hand reports over: no token, but proof that the caller knows the intake's secret.</summary>
internal static class ReceptionEndpoint
{
    public static void MapReception(this RouteGroupBuilder intakes) => intakes.MapPost("/{id}", ReceiveAsync).NotAudited("the ledger keeps who handed over what")
        .AllowAnonymous()
        .Accepts<object>("application/json")
        .WithSummary("Hands a report over, as the tool of the intake; signed, or with the intake's secret.")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<Results<Accepted<ReceivedResource>, ProblemHttpResult>> ReceiveAsync(
        string id, HttpRequest request, HttpResponse response, IntakeReception reception, CancellationToken cancellationToken)
    {
        if (await BodyAsync(request, cancellationToken) is not { } body)
        {
            return Problems.Of(
                StatusCodes.Status413PayloadTooLarge, "too-large", "The request is too large", $"Send at most {IntakeLimits.MaxBodyBytes:N0} bytes.");
        }

        switch (await reception.ReceiveAsync(new(id, body, name => request.Headers[name] is [{ Length: > 0 } value] ? value : null), cancellationToken))
        {
            case ReceiveResult.Accepted accepted:
                if (accepted.IsRepeat)
                {
                    response.Headers["Idempotency-Replayed"] = "true";
                }

                return TypedResults.Accepted(Links.Report(accepted.Report.Id), new ReceivedResource(accepted.Report.Id, accepted.IsRepeat));
            case ReceiveResult.NotProven:
                return Problems.Of(
                    StatusCodes.Status401Unauthorized,
                    "intake-not-proven",
                    "The request is not proven",
                    "There is no such intake, it is switched off, the time is outside its window, or the signature or secret is not the intake's.");
            case ReceiveResult.NotJson:
                return Problems.Of(StatusCodes.Status400BadRequest, "malformed-json", "The body is not a JSON object", "Send a JSON object as the body.");
            case ReceiveResult.KeyMissing missing:
                return Problems.InvalidParameter(
                    IntakeReception.KeyHeader,
                    $"Send the header {IntakeReception.KeyHeader}{(missing.KeyField is { } field ? $", or the field {field}," : "")} with 1 to {IntakeLimits.MaxKeyLength} "
                    + "characters: one key per report, the same one when the call is repeated.");
            case ReceiveResult.KeyReused reused:
                return Problems.Of(
                    StatusCodes.Status422UnprocessableEntity,
                    "idempotency-key-reused",
                    "The idempotency key was used for another report",
                    $"The key belongs to report {reused.ReportId}, which was different. Use a new key for a new report.");
            case ReceiveResult.Invalid invalid:
                return Problems.Invalid("report", "The report is invalid", invalid.Errors);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    // As it came, byte for byte: that is what was signed.
    private static async Task<ReadOnlyMemory<byte>?> BodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > IntakeLimits.MaxBodyBytes)
        {
            return null;
        }

        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            await body.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            if (body.Length > IntakeLimits.MaxBodyBytes)
            {
                return null;
            }
        }

        return body.ToArray();
    }
}

/// <summary>A report that was taken; what becomes of it, who may follow it sees.</summary>
/// <param name="IsRepeat">Whether the same request had come before.</param>
internal sealed record ReceivedResource(string ReportId, bool IsRepeat);
