using System.CommandLine;
using System.CommandLine.Parsing;
using Cairn.Cli.Client;

namespace Cairn.Cli.Commands;

/// <summary>The arguments and options that several commands share, so that they are called and mean the same.</summary>
internal static class Flags
{
    public static readonly Argument<string> Path = WithPaths(
        new Argument<string>("path") { Description = "The config, such as payments/database" }
    );

    public static readonly Argument<string> Prefix = WithPaths(
        new Argument<string>("prefix")
        {
            Description = "Only configs whose path starts with this",
            DefaultValueFactory = _ => "",
        }
    );

    public static readonly Option<string?> Environment = WithEnvironments(
        new Option<string?>("--env", "-e")
        {
            HelpName = "environment",
            Description = "The environment; the base, which all share, when left out",
        }
    );

    public static readonly Option<string?> Message = new("--message", "-m")
    {
        HelpName = "text",
        Description = "Why, for the history and the audit",
    };

    public static readonly Option<long?> IfVersion = Version(
        "--if-version",
        "Only if this is still the newest version; 0 for: only if there is none yet",
        least: 0
    );

    public static readonly Option<bool?> Verbatim = new("--verbatim")
    {
        HelpName = "true|false",
        Description =
            "Serve the config as it is written: what looks like a template in it is text (false: templates again)",
    };

    public static readonly Option<string[]> Texts = new("--string", "-s")
    {
        HelpName = "key=value",
        Description = "A value that is text, whatever it looks like; may be repeated",
    };

    public static readonly Option<bool> Yes = new("--yes", "-y") { Description = "Do not ask" };

    public static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Change nothing; show what would happen",
    };

    public static readonly Option<string?> Since = new("--since")
    {
        HelpName = "time",
        Description = "From this time on: 2026-11-21T08:00:00Z, 2026-11-21, or 2h for two hours ago",
    };

    public static readonly Option<string?> Until = new("--until")
    {
        HelpName = "time",
        Description = "Up to this time",
    };

    /// <summary>An option that completes the names of environments.</summary>
    public static Option<T> WithEnvironments<T>(Option<T> option)
    {
        option.CompletionSources.Add(context => Suggestions.Environments(context));
        return option;
    }

    /// <summary>An option with the most items to show.</summary>
    public static Option<int> Limit(int usual)
    {
        var option = new Option<int>("--limit", "-n")
        {
            HelpName = "n",
            Description = $"How many at most; {usual} when left out",
            DefaultValueFactory = _ => usual,
        };
        option.Validators.Add(RefuseLessThanOne);
        return option;
    }

    /// <summary>An option with the most items to show, where all are shown without it.</summary>
    public static Option<int?> Limit()
    {
        var option = new Option<int?>("--limit", "-n")
        {
            HelpName = "n",
            Description = "How many at most; all when left out",
        };
        option.Validators.Add(RefuseLessThanOne);
        return option;
    }

    /// <summary>The number of a version, from a number on.</summary>
    public static Option<long?> Version(string name, string description, long least)
    {
        var option = new Option<long?>(name) { HelpName = "n", Description = description };
        option.Validators.Add(result =>
        {
            if (long.TryParse(result.Tokens.LastOrDefault()?.Value, out long version) && version < least)
                result.AddError($"{name} is at least {least}.");
        });
        return option;
    }

    private static void RefuseLessThanOne(OptionResult result)
    {
        if (int.TryParse(result.Tokens.LastOrDefault()?.Value, out int limit) && limit < 1)
            result.AddError("--limit is at least 1.");
    }

    private static Argument<string> WithPaths(Argument<string> argument)
    {
        argument.CompletionSources.Add(context => Suggestions.Paths(context));
        return argument;
    }
}
