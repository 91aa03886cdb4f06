using System.CommandLine;
using Cairn.Cli.Commands;
using Cairn.Cli.Output;

return await CairnCommand.Create().Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false })
    .ReportFailures();
