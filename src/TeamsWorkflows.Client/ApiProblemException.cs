using System.Net;

namespace TeamsWorkflows.Client;

/// <summary>A refusal of the server, as it is in the answer.</summary>
/// <param name="Type">A URI that never changes its meaning.</param>
internal sealed record ApiProblem(string? Type, string? Title, string? Detail, Dictionary<string, string[]>? Errors, string? TraceId);

/// <summary>The server refused a call, and says why. Nothing of the call was done, unless <see cref="Status"/> is 5xx.</summary>
public sealed class ApiProblemException : Exception
{
    private const string Prefix = "urn:teamsworkflows:problem:";

    internal ApiProblemException(HttpStatusCode status, ApiProblem? problem)
        : base(problem?.Detail ?? problem?.Title ?? $"The server answered with {(int)status}.")
    {
        Status = status;
        Code = problem?.Type?.StartsWith(Prefix, StringComparison.Ordinal) == true ? problem.Type[Prefix.Length..] : "";
        Errors = problem?.Errors ?? [];
        TraceId = problem?.TraceId;
    }

    /// <summary>Gets the HTTP status.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>Gets what to branch on, such as <c>idempotency-key-reused</c>; empty when something else than the server answered.</summary>
    public string Code { get; }

    /// <summary>Gets what is wrong, by the field's JSON path.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; }

    /// <summary>Gets what finds the call in the server's log; null: nothing does.</summary>
    public string? TraceId { get; }
}
