namespace TeamsWorkflows.Sandbox;

/// <summary>A request that a place outside Microsoft has taken.</summary>
/// <param name="Kind">"slack", "pagerduty" or any other word, as in its address.</param>
public sealed record SandboxCall(string Kind, string Body, IReadOnlyDictionary<string, string> Headers);
