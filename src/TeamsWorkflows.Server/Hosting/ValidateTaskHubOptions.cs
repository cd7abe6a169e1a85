using Microsoft.Extensions.Options;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Refuses settings of the task hub that could not work, by the names of their keys.</summary>
internal sealed class ValidateTaskHubOptions : IValidateOptions<TaskHubOptions>
{
    public const string Section = "TaskHub";

    public ValidateOptionsResult Validate(string? name, TaskHubOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);

        var problems = options.Problems().ToArray();
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
