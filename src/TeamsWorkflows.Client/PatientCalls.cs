using System.Net;

namespace TeamsWorkflows.Client;

/// <summary>Makes a call, and once more when the server says that it could not take it at the moment.</summary>
internal sealed class PatientCalls(HttpClient http, TimeProvider time)
{
    public const string IdempotencyKey = "Idempotency-Key";

    private const int MaxRepeats = 5;

    private static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MaxPause = TimeSpan.FromMinutes(1);

    /// <param name="make">Makes the request; asked anew for each time.</param>
    /// <returns>The last answer, whatever it says.</returns>
    public async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        for (var repeats = 0; ; repeats++)
        {
            using var request = make();
            var response = await http.SendAsync(request, completion, cancellationToken);
            if (repeats == MaxRepeats || !MayRepeat(request, response.StatusCode))
            {
                return response;
            }

            using (response)
            {
                await Task.Delay(Pause(response), time, cancellationToken);
            }
        }
    }

    // After 429 nothing was done. After 503 nobody knows: only what is harmless twice is sent twice.
    private static bool MayRepeat(HttpRequestMessage request, HttpStatusCode status) => status switch
    {
        HttpStatusCode.TooManyRequests => true,
        HttpStatusCode.ServiceUnavailable => request.Method == HttpMethod.Get || request.Headers.Contains(IdempotencyKey),
        _ => false,
    };

    private TimeSpan Pause(HttpResponseMessage response)
    {
        var told = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => DefaultPause,
        };
        return told < TimeSpan.Zero ? TimeSpan.Zero : told > MaxPause ? MaxPause : told;
    }
}
