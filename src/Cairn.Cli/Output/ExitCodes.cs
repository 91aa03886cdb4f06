using Cairn.Cli.Client;
using Cairn.Core.Cryptography;
using Cairn.Node.Settings;
using Cairn.Storage;

namespace Cairn.Cli.Output;

/// <summary>What the program's exit code means.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>Something was refused or went wrong.</summary>
    public const int Failure = 1;

    /// <summary>The command line, a setting or a file is wrong.</summary>
    public const int Usage = 2;

    /// <summary>There is no such thing.</summary>
    public const int NotFound = 3;

    /// <summary>The key is missing, not valid, or does not allow it.</summary>
    public const int Denied = 4;

    /// <summary>Somebody else wrote meanwhile, or the state does not allow it.</summary>
    public const int Conflict = 5;

    /// <summary>Cairn cannot be reached, or what answers is no Cairn.</summary>
    public const int Unreachable = 6;

    /// <summary>Ctrl-C, as shells have it: 128 and the signal's number.</summary>
    public const int Interrupted = 130;

    /// <summary>SIGTERM, likewise.</summary>
    public const int Terminated = 143;

    /// <summary>Turns what a command throws into one message on standard error and the exit code for it.</summary>
    public static async Task<int> ReportFailures(this Task<int> command)
    {
        try
        {
            return await command;
        }
        catch (ApiException e)
        {
            Say(e.Message);
            foreach (var (pointer, message) in e.Errors)
                await Console.Error.WriteLineAsync($"  {(pointer.Length == 0 ? "" : pointer + ": ")}{message}");
            return !e.IsOfCairn
                ? Unreachable
                : e.Status switch
                {
                    400 => Usage,
                    401 or 403 => Denied,
                    404 or 410 => NotFound,
                    409 or 412 => Conflict,
                    _ => Failure,
                };
        }
        catch (HttpRequestException e)
        {
            Say(e.Message);
            return Unreachable;
        }
        catch (Exception e) when (IsUsage(e))
        {
            Say(e.Message);
            return Usage;
        }
        catch (NothingThereException e)
        {
            Say(e.Message);
            return NotFound;
        }
        catch (Exception e)
            when (e
                    is StoreException
                        or Storage.Catalogs.CatalogException
                        or Core.ProblemException
                        or IOException
                        or UnauthorizedAccessException
            )
        {
            Say(e.Message);
            return Failure;
        }
        catch (OperationCanceledException)
        {
            return CommandLine.IsTerminated ? Terminated : Interrupted;
        }
        catch (ClosedPipeException)
        {
            return Success;
        }
        catch (Exception e) when (Environment.GetEnvironmentVariable("CAIRN_DEBUG") is null or "")
        {
            Say(
                $"something went wrong that should not have: {e.GetType().Name}: {e.Message} CAIRN_DEBUG=1 shows where."
            );
            return Failure;
        }
    }

    private static void Say(string message) => Console.Error.WriteLine("cairn: " + message);

    private static bool IsUsage(Exception e) =>
        e is UsageException or SettingException or MasterKeyException
        || e is Core.ProblemException { Problem.Kind: Core.ProblemKind.Invalid or Core.ProblemKind.UnsupportedFormat };
}

/// <summary>What the command line asks for is not in an answer.</summary>
internal sealed class NothingThereException(string message) : Exception(message);

/// <summary>The command line or a file it names is wrong; the message says what would be right.</summary>
internal sealed class UsageException(string message) : Exception(message);
