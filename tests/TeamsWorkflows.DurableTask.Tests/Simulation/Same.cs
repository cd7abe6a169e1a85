namespace TeamsWorkflows.DurableTask.Tests.Simulation;

/// <summary>Compares, and shows the one place where they differ: whole histories are no message.</summary>
internal static class Same
{
    public static void Lists<T>(string what, IReadOnlyList<T> expected, IReadOnlyList<T> actual)
    {
        for (var i = 0; i < Math.Max(expected.Count, actual.Count); i++)
        {
            Values($"{what}, #{i}", At(expected, i), At(actual, i));
        }
    }

    public static void Values<T>(string what, T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            Assert.Fail($"{what}:\n  expected {expected}\n  actual   {actual}\n");
        }
    }

    private static object? At<T>(IReadOnlyList<T> list, int index) => index < list.Count ? list[index] : null;
}
