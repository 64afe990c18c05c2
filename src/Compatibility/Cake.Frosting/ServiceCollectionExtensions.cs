using Cake.Core.IO;
using Cake.Frosting.Internal;
using Microsoft.Extensions.DependencyInjection;

namespace Cake.Frosting;

/// <summary>The parts of a host, as registrations. The last registration of a kind wins.</summary>
public static class ServiceCollectionExtensions
{
    public static IServiceCollection UseContext<TContext>(this IServiceCollection services)
        where TContext : class, IFrostingContext => services.AddSingleton<IFrostingContext, TContext>();

    public static IServiceCollection UseLifetime<TLifetime>(this IServiceCollection services)
        where TLifetime : class, IFrostingLifetime =>
        services
            .AddSingleton<TLifetime>()
            .AddSingleton<IFrostingLifetime>(provider => provider.GetRequiredService<TLifetime>())
            .AddSingleton<IFrostingSetup>(provider => provider.GetRequiredService<TLifetime>())
            .AddSingleton<IFrostingTeardown>(provider => provider.GetRequiredService<TLifetime>());

    public static IServiceCollection UseSetup<TSetup>(this IServiceCollection services)
        where TSetup : class, IFrostingSetup => services.AddSingleton<IFrostingSetup, TSetup>();

    public static IServiceCollection UseTeardown<TTeardown>(this IServiceCollection services)
        where TTeardown : class, IFrostingTeardown => services.AddSingleton<IFrostingTeardown, TTeardown>();

    public static IServiceCollection UseTaskLifetime<TLifetime>(this IServiceCollection services)
        where TLifetime : class, IFrostingTaskLifetime =>
        services
            .AddSingleton<TLifetime>()
            .AddSingleton<IFrostingTaskLifetime>(provider => provider.GetRequiredService<TLifetime>())
            .AddSingleton<IFrostingTaskSetup>(provider => provider.GetRequiredService<TLifetime>())
            .AddSingleton<IFrostingTaskTeardown>(provider => provider.GetRequiredService<TLifetime>());

    public static IServiceCollection UseTaskSetup<TSetup>(this IServiceCollection services)
        where TSetup : class, IFrostingTaskSetup => services.AddSingleton<IFrostingTaskSetup, TSetup>();

    public static IServiceCollection UseTaskTeardown<TTeardown>(this IServiceCollection services)
        where TTeardown : class, IFrostingTaskTeardown => services.AddSingleton<IFrostingTaskTeardown, TTeardown>();

    /// <summary>Sets the working directory for a command line without <c>--working</c>.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="path">Absolute, or relative to the current directory.</param>
    public static IServiceCollection UseWorkingDirectory(this IServiceCollection services, DirectoryPath path) =>
        services.AddSingleton(new WorkingDirectory(path));
}
