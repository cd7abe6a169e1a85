using System.Text.Json;

namespace TeamsWorkflows.Cli.Profiles;

/// <summary>A person's profiles, in a file that they alone can read.</summary>
/// <param name="folder">Holds the file and, encrypted, the sign-ins.</param>
internal sealed class ProfileStore(string folder)
{
    public const string FolderVariable = "TEAMSWORKFLOWS_CONFIG";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _file = Path.Combine(folder, "profiles.json");

    public string Folder => folder;

    /// <summary>The folder <c>teamsworkflows</c> among the settings of the account; the variable names another one.</summary>
    public static ProfileStore OfUser() => new(
        Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } named ? Path.GetFullPath(named)
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), CommandLine.Name));

    /// <param name="name">Null: the current one.</param>
    /// <returns>Null: there is no current one.</returns>
    /// <exception cref="CommandException">There is none of that name.</exception>
    public Profile? Find(string? name)
    {
        var (current, all) = Read();
        return (name ?? current) is not { } wanted ? null
            : all.SingleOrDefault(p => p.Name == wanted) ?? (name is null ? null : throw Unknown(wanted, all));
    }

    /// <returns>The one for a server; null when there is none.</returns>
    public Profile? ByServer(Uri server) => Read().Profiles.FirstOrDefault(p => p.Server == server);

    public (string? Current, IReadOnlyList<Profile> Profiles) Read()
    {
        try
        {
            return File.Exists(_file) && JsonSerializer.Deserialize<Kept>(File.ReadAllText(_file), JsonText.Serializer) is { } kept
                ? (kept.Current, kept.Profiles ?? [])
                : (null, []);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new CommandException(ExitCodes.NoInput, $"'{_file}' cannot be read: {e.Message} Put it right, or remove it.", e);
        }
    }

    /// <summary>Adds or replaces a profile.</summary>
    /// <param name="isCurrent">Whether it becomes the current one; the first one does anyway.</param>
    public void Put(Profile profile, bool isCurrent)
    {
        var (current, all) = Read();
        Write(isCurrent ? profile.Name : current ?? profile.Name, [.. all.Where(p => p.Name != profile.Name), profile]);
    }

    /// <exception cref="CommandException">There is none of that name.</exception>
    public void Use(string name)
    {
        var (_, all) = Read();
        Write(all.Any(p => p.Name == name) ? name : throw Unknown(name, all), all);
    }

    /// <exception cref="CommandException">There is none of that name.</exception>
    public void Remove(string name)
    {
        var (current, all) = Read();
        if (all.All(p => p.Name != name))
        {
            throw Unknown(name, all);
        }

        Write(current == name ? null : current, [.. all.Where(p => p.Name != name)]);
    }

    /// <summary>Writes a file of the folder whole or not at all, for the account alone.</summary>
    public static void WriteOwn(string file, byte[] content)
    {
        var folder = Path.GetDirectoryName(file)!;
        CreateOwn(folder);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        var fresh = Path.Combine(folder, Path.GetRandomFileName());
        using (var stream = new FileStream(fresh, options))
        {
            stream.Write(content);
        }

        File.Move(fresh, file, overwrite: true);
    }

    /// <summary>Creates a folder for the account alone, unless it is there.</summary>
    public static void CreateOwn(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    private void Write(string? current, IReadOnlyList<Profile> profiles)
        => WriteOwn(_file, JsonSerializer.SerializeToUtf8Bytes(new Kept(current, [.. profiles.OrderBy(static p => p.Name, StringComparer.Ordinal)]), JsonText.Serializer));

    private static CommandException Unknown(string name, IReadOnlyList<Profile> all) => new(
        ExitCodes.Usage,
        all.Count == 0
            ? $"There is no profile '{name}', nor any other. Make one: {CommandLine.Name} profile set {name} --server URL."
            : $"There is no profile '{name}'. There are: {string.Join(", ", all.Select(static p => p.Name))}.");

    private sealed record Kept(string? Current, IReadOnlyList<Profile>? Profiles);
}
