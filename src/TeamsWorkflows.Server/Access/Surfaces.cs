namespace TeamsWorkflows.Server.Access;

/// <summary>Which addresses are for programs, and which for people.</summary>
internal static class Surfaces
{
    private static readonly string[] ForPrograms = ["/api", "/runtime", "/openapi", "/health"];

    /// <summary>Whether a refusal is told as problem details, and a bearer token counts; otherwise it is a page, and a cookie counts.</summary>
    public static bool IsForPrograms(PathString path)
        => Array.Exists(ForPrograms, area => path.StartsWithSegments(area, StringComparison.OrdinalIgnoreCase));
}
