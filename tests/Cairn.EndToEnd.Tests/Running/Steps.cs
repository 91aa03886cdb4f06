namespace Cairn.EndToEnd.Tests.Running;

/// <summary>A table of commands, run in order.</summary>
public static class Steps
{
    /// <summary>Runs each and expects its exit code, and its text: on standard output when it succeeds, on standard
    /// error when it does not.</summary>
    public static async Task RunAsync(Shell shell, params (string Command, int Code, string Text)[] steps)
    {
        foreach (var (command, code, text) in steps)
        {
            var outcome = await shell.RunAsync(command);
            outcome.Code.ShouldBe(code, $"{command}\n{outcome}");
            (code == 0 ? outcome.Out : outcome.Error).ShouldContain(text, Case.Sensitive, $"{command}\n{outcome}");
            if (code != 0)
                outcome.Out.ShouldBeEmpty(command);
        }
    }
}
