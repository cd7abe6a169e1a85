using System.Diagnostics;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>A real file system of 4 MB, mounted for one test (the tests run as root, in a container or on a build machine).</summary>
internal sealed class SmallDisk : IDisposable
{
    public SmallDisk(string parent)
    {
        Folder = Directory.CreateDirectory(Path.Combine(parent, "small")).FullName;
        Mount("-t", "tmpfs", "-o", "size=4m", "tmpfs", Folder);
    }

    public string Folder { get; }

    public void MakeRoom() => Mount("-o", "remount,size=64m", Folder);

    public void MakeReadOnly() => Mount("-o", "remount,ro", Folder);

    public void Dispose() => Run("umount", "--lazy", Folder);

    private static void Mount(params string[] arguments) => Run("mount", arguments);

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments))!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
