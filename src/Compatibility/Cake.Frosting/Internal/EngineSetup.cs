using Cake.Core;
using Cake.Core.Diagnostics;

namespace Cake.Frosting.Internal;

/// <summary>Registers the tasks and lifetimes of a host with Cake's engine.</summary>
internal sealed class EngineSetup(
    ICakeEngine engine,
    ICakeLog log,
    IFrostingContext context,
    IEnumerable<IFrostingTask> tasks,
    IFrostingSetup? setup = null,
    IFrostingTeardown? teardown = null,
    IFrostingTaskSetup? taskSetup = null,
    IFrostingTaskTeardown? taskTeardown = null
)
{
    /// <exception cref="FrostingException">A dependency names a class that is not a task.</exception>
    /// <exception cref="CakeException">Two tasks have one name, or a task has two error handlers.</exception>
    /// <exception cref="InvalidOperationException">A task derives from none of the base classes.</exception>
    public void Configure()
    {
        foreach (var task in tasks.Select(task => new TaskDefinition(task)))
        {
            if (task.ContextType.IsInstanceOfType(context))
                Register(task);
            else
                log.Warning("Task cannot be used since the context isn't convertible to {0}.", task.ContextType.FullName);
        }

        if (setup is not null)
            engine.RegisterSetupAction(info => setup.Setup(context, info));
        if (teardown is not null)
            engine.RegisterTeardownAction(info => teardown.Teardown(context, info));
        if (taskSetup is not null)
            engine.RegisterTaskSetupAction(info => taskSetup.Setup(context, info));
        if (taskTeardown is not null)
            engine.RegisterTaskTeardownAction(info => taskTeardown.Teardown(context, info));
    }

    private void Register(TaskDefinition definition)
    {
        var task = definition.Task;
        var builder = engine.RegisterTask(definition.Name);

        if (definition.Description is { } description)
            builder.Description(description);
        if (definition.Runs)
            builder.Does(task.RunAsync);
        if (definition.Has(nameof(IFrostingTask.ShouldRun)))
            builder.WithCriteria(task.ShouldRun, task.SkippedMessage);
        if (definition.ContinuesOnError)
            builder.ContinueOnError();
        if (definition.Has(nameof(IFrostingTask.OnError)))
            builder.OnError(task.OnError);
        if (definition.Has(nameof(IFrostingTask.Finally)))
            builder.Finally(task.Finally);

        foreach (var dependency in definition.Dependencies)
            builder.IsDependentOn(NameOf(dependency, "dependency"));
        foreach (var dependee in definition.Dependees)
            builder.IsDependeeOf(NameOf(dependee, "reverse dependency"));
    }

    private static string NameOf(Type type, string kind) =>
        typeof(IFrostingTask).IsAssignableFrom(type)
            ? TaskDefinition.NameOf(type)
            : throw new FrostingException($"The {kind} '{type.Name}' is not a valid task.");
}
