using Cairn.Node;
using Cairn.Server.Access;
using Cairn.Server.Compatibility.PyrmuteRegistry;
using Cairn.Server.Configs;
using Cairn.Server.Cryptography;
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
        if (options.PyrmuteRegistry.Enabled)
        {
            services.AddSingleton(new PyrmuteSurface(options.PyrmuteRegistry));
            services.AddSingleton<Surface>(provider => provider.GetRequiredService<PyrmuteSurface>());
        }

        services.AddSingleton<CairnNode>();
        services.AddSingleton<RequestPipeline>();
        services.AddHostedService(provider => provider.GetRequiredService<CairnNode>());
        // What handlers take. It is there once the node has opened its store, which is before the first request.
        services.AddPart(node => node.Audit);
        services.AddPart(node => node.Catalogs);
        services.AddPart(node => node.Changes);
        services.AddPart(node => node.Committer);
        services.AddPart(node => node.Configs);
        services.AddPart(node => node.Credentials);
        services.AddPart(node => node.Events);
        services.AddPart(node => node.Idempotency);
        services.AddPart(node => node.Ids);
        services.AddPart(node => node.Integrity);
        services.AddPart(node => node.Keyring);
        services.AddPart(node => node.Keys);
        services.AddPart(node => node.KeyUsage);
        services.AddPart(node => node.Kinds);
        services.AddPart(node => node.Refusals);
        services.AddPart(node => node.Resealing);
        services.AddPart(node => node.Schemas);
        services.AddPart(node => node.Watchers);
        services.AddSingleton<ConfigReads>();
        services.AddSingleton<KeyViews>();
        services.AddSingleton<KeyringAudit>();
        return services;
    }

    private static void AddPart<T>(this IServiceCollection services, Func<NodeServices, T> part)
        where T : class => services.AddSingleton(provider => part(provider.GetRequiredService<CairnNode>().Services));
}
