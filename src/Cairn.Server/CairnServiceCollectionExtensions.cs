using Cairn.Node;
using Cairn.Server.Http;
using Cairn.Server.Observability;
using Microsoft.AspNetCore.Routing.Constraints;

namespace Cairn.Server;

/// <summary>Puts Cairn into an application's services.</summary>
public static class CairnServiceCollectionExtensions
{
    /// <summary>Adds a Cairn node. It opens its store when the application starts; map its endpoints with
    /// <see cref="CairnEndpointExtensions.MapCairn"/>.</summary>
    public static IServiceCollection AddCairn(this IServiceCollection services, Action<CairnOptions>? configure = null)
    {
        var options = new CairnOptions();
        configure?.Invoke(options);
        return services.AddCairn(options);
    }

    internal static IServiceCollection AddCairn(this IServiceCollection services, CairnOptions options)
    {
        services.AddSingleton(options);
        // Slim applications leave it out.
        services.Configure<RouteOptions>(routing => routing.SetParameterPolicy<RegexInlineRouteConstraint>("regex"));
        services.AddSingleton(new PrometheusExporter(options.Time));
        services.AddSingleton<CairnNode>();
        services.AddSingleton<RequestPipeline>();
        services.AddHostedService(provider => provider.GetRequiredService<CairnNode>());
        return services;
    }
}
