namespace TeamsWorkflows.Sandbox;

/// <summary>A file in a channel's folder.</summary>
/// <param name="Version">How often a file of this name was put there.</param>
public sealed record SandboxFile(string Name, string ContentType, ReadOnlyMemory<byte> Content, int Version);
