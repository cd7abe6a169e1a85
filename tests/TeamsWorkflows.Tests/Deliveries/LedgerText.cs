using TeamsWorkflows.Deliveries;

namespace TeamsWorkflows.Tests.Deliveries;

internal static class LedgerText
{
    /// <summary>What came of a delivery's attempts, in their order. Without its turns in line: how many there are is the pace's affair.</summary>
    public static string Outcomes(Delivery delivery)
        => string.Join(',', delivery.Attempts.Where(a => a.Kind != AttemptKind.Pace).Select(a => a.Outcome));
}
