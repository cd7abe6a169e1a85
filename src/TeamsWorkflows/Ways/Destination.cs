using System.Text.Json.Serialization;
using TeamsWorkflows.Deliveries.Pacing;

namespace TeamsWorkflows.Ways;

/// <summary>Where a report goes. Closed: each kind is in the file of its way, and <see cref="WayBook"/> names them all.</summary>
/// <remarks>In JSON the member <c>kind</c> says which one; without it, it is a channel.</remarks>
[JsonConverter(typeof(DestinationConverter))]
public abstract record Destination
{
    private protected Destination()
    {
    }

    /// <summary>Gets the name of the connection that it is reached by; null: it needs none.</summary>
    internal virtual string? ConnectionName => null;

    /// <summary>The pace that it is held to by itself; null: it has none of its own.</summary>
    internal virtual PaceLimit? OwnPace(PacingOptions options) => null;

    /// <summary>Gets this destination without what must not be shown or stored in the clear; itself when it holds no such thing.</summary>
    internal virtual Destination Shown => this;
}
