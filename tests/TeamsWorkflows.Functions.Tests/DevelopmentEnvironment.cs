using System.Runtime.CompilerServices;

namespace TeamsWorkflows.Functions.Tests;

/// <summary>The Functions runtime says by a variable what kind of environment it is; the tests' is a developer's machine.</summary>
internal static class DevelopmentEnvironment
{
    [ModuleInitializer]
    internal static void Set() => Environment.SetEnvironmentVariable("AZURE_FUNCTIONS_ENVIRONMENT", "Development");
}
