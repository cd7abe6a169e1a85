namespace TeamsWorkflows.Deliveries;

/// <summary>Which states are an end.</summary>
public static class DeliveryStates
{
    /// <summary>Gets the states that nothing follows.</summary>
    public static IReadOnlyList<DeliveryState> Ends { get; } =
    [
        DeliveryState.Delivered, DeliveryState.HandedOver, DeliveryState.FellBack, DeliveryState.Failed, DeliveryState.Suppressed, DeliveryState.Cancelled,
        DeliveryState.NotApproved,
    ];

    /// <summary>Gets the others: a list, because an index serves it and not its opposite.</summary>
    public static IReadOnlyList<DeliveryState> UnderWay { get; } = [.. Enum.GetValues<DeliveryState>().Except(Ends)];

    public static bool IsEnd(this DeliveryState state) => Ends.Contains(state);
}
