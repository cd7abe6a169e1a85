namespace TeamsWorkflows.Sandbox;

/// <summary>A file in a channel's folder.</summary>
/// <param name="Name">With the folders below the channel's own, such as <c>2026/sales.csv</c>.</param>
/// <param name="Version">How often a file of this name was put there.</param>
public sealed record SandboxFile(string Name, string ContentType, ReadOnlyMemory<byte> Content, int Version);
