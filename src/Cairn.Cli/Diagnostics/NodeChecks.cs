using System.CommandLine;
using Cairn.Cli.Commands;
using Cairn.Core.Cryptography;
using Cairn.Node;
using Cairn.Node.Settings;
using Cairn.Storage.Sqlite.Native;

namespace Cairn.Cli.Diagnostics;

/// <summary>Looks at what <c>cairn serve</c> needs on this machine. Makes and changes nothing.</summary>
internal static class NodeChecks
{
    private const long LeastFreeBytes = 256L << 20;

    public static IEnumerable<Check> Run(ParseResult flags)
    {
        ServeOptions? options = null;
        yield return Settings(flags, out options);
        if (options is not null)
        {
            yield return DataFolder(options.Node);
            yield return MasterKey(options.Node);
            yield return DiskSpace(options.Node);
        }

        yield return Check.Good("SQLite", SqliteLibrary.Version);
    }

    private static Check Settings(ParseResult flags, out ServeOptions? options)
    {
        options = null;
        try
        {
            (options, var settings) = ServeCommand.Load(flags);
            int given = settings.Count(setting => setting.Value is not null);
            return Check.Good(
                "settings",
                given == 0 ? "all at their defaults" : $"{given} set, the others at their defaults"
            );
        }
        catch (SettingException e)
        {
            return Check.Bad("settings", e.Message, "Mend it, then see: cairn settings");
        }
    }

    private static Check DataFolder(CairnOptions node)
    {
        const string Name = "data folder";
        if (!Directory.Exists(node.Data))
            return Check.Skipped(Name, $"there is none at {node.Data}: no server has run here");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(node.Data) & OthersMayRead) != 0)
            return Check.Bad(Name, $"{node.Data} can be read by others", $"chmod 700 {node.Data}");
        return Check.Good(Name, node.Data);
    }

    private static Check MasterKey(CairnOptions node)
    {
        const string Name = "master key";
        string file = Path.Combine(node.Data, "master.key");
        try
        {
            if (node.MasterKey is { } setting)
                return Check.Good(Name, $"{MasterKeys.FromSetting(setting).Primary.Id}, in a setting");
            if (File.Exists(file))
                return Check.Good(Name, $"{MasterKeys.FromFile(file, mayCreate: false).Primary.Id}, in {file}");
            return Directory.Exists(node.Data) && Directory.EnumerateFiles(node.Data, "*.db").Any()
                ? Check.Bad(
                    Name,
                    $"{file} is missing, but there is a store",
                    "Bring the file back from your backup, or set CAIRN_MASTER_KEY"
                )
                : Check.Skipped(Name, "the first start makes one");
        }
        catch (MasterKeyException e)
        {
            return Check.Bad(Name, e.Message, "Without its master key the store cannot be read");
        }
        catch (UnauthorizedAccessException)
        {
            return Check.Bad(Name, $"{file} may not be read by this user", "Run this as the user the server runs as");
        }
    }

    private static Check DiskSpace(CairnOptions node)
    {
        const string Name = "disk space";
        string folder = Path.GetFullPath(node.Data);
        while (!Directory.Exists(folder))
            folder = Path.GetDirectoryName(folder)!;
        long free = new DriveInfo(folder).AvailableFreeSpace;
        string finding = $"{free / (double)(1 << 30):0.0} GiB free";
        return free >= LeastFreeBytes
            ? Check.Good(Name, finding)
            : Check.Bad(Name, finding, $"Make room on the disk of {folder}");
    }

    private const UnixFileMode OthersMayRead =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;
}
