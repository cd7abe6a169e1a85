namespace TeamsWorkflows.Server.Hosting;

/// <summary>The folder that holds everything this process remembers, and the proof that it owns it.</summary>
/// <remarks>
/// The proof is a lock on a file: the operating system drops it when the process dies, however it dies. Only the owner of
/// the account can read the folder: it holds the keys that protect tokens and secrets.
/// </remarks>
internal sealed class DataFolder : IDisposable
{
    /// <summary>The configuration key.</summary>
    public const string Key = "Data:Folder";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _ownership;

    private DataFolder(string path, FileStream ownership)
    {
        Path = path;
        _ownership = ownership;
    }

    public string Path { get; }

    /// <summary>Gets the file of the embedded engine.</summary>
    public string TaskHub => Combine("taskhub.db");

    /// <summary>Gets the file of the product's data.</summary>
    public string Product => Combine("product.db");

    /// <summary>Gets the folder of the Data Protection key ring.</summary>
    public string Keys => Combine("keys");

    /// <summary>Gets the folder of the sandbox, in Development.</summary>
    public string Sandbox => Combine("sandbox");

    /// <summary>Creates the folder if need be, and takes it for this process.</summary>
    /// <param name="folder">A relative path counts from the current directory.</param>
    /// <exception cref="StartRefusedException">Another process owns it, or it cannot be written.</exception>
    public static DataFolder Take(string folder)
    {
        var path = System.IO.Path.GetFullPath(folder);
        try
        {
            CreatePrivate(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(
                ExitCodes.InvalidConfiguration, $"{Key}: the folder '{path}' cannot be created or written: {e.Message}", e);
        }

        try
        {
            var file = System.IO.Path.Combine(path, "owner.lock");
            var taken = new DataFolder(path, new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            CreatePrivate(taken.Keys);
            CreatePrivate(taken.Sandbox);
            return taken;
        }
        catch (IOException e)
        {
            throw new StartRefusedException(
                ExitCodes.DataFolderInUse,
                $"{Key}: another process uses the folder '{path}'. Stop it, or give this one a folder of its own.",
                e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StartRefusedException(
                ExitCodes.InvalidConfiguration, $"{Key}: the folder '{path}' cannot be written: {e.Message}", e);
        }
    }

    public string Combine(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => _ownership.Dispose();

    private static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
    }
}
