return await Cairn.Cli.CommandLine.RunAsync(args);
