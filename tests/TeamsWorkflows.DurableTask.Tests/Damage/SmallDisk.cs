using System.Diagnostics;

namespace TeamsWorkflows.DurableTask.Tests.Damage;

/// <summary>A real file system in memory, mounted for one test (the tests run as root, in a container or on a build machine).</summary>
internal sealed class SmallDisk : IDisposable
{
    public SmallDisk(string parent, string size = "4m")
    {
        Folder = Directory.CreateDirectory(Path.Combine(parent, "small")).FullName;
        Mount("-t", "tmpfs", "-o", $"size={size}", "tmpfs", Folder);
    }

    public string Folder { get; }

    public void MakeRoom() => Mount("-o", "remount,size=64m", Folder);

    public void MakeReadOnly() => Mount("-o", "remount,ro", Folder);

    /// <summary>Makes one file of it read-only, for root as well; the folder stays as it is.</summary>
    public static void MakeReadOnly(string file)
    {
        Mount("--bind", file, file);
        Mount("-o", "remount,bind,ro", file);
    }

    public void Dispose() => Run("umount", "--recursive", "--lazy", Folder);

    private static void Mount(params string[] arguments) => Run("mount", arguments);

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments))!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
