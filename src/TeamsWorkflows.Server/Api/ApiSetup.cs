using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using TeamsWorkflows.Server.Api.Description;
using TeamsWorkflows.Server.Api.Reference;
using TeamsWorkflows.Server.Live;
using TeamsWorkflows.Server.Management;

namespace TeamsWorkflows.Server.Api;

/// <summary>The HTTP API under /api/v1, and its description.</summary>
internal static class ApiSetup
{
    private const string Timeout = "api";

    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddOptions<ApiOptions>().BindConfiguration(ApiOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ApiOptions>, ValidateApiOptions>();
        services.AddOptions<KestrelServerOptions>().Configure<IConfiguration>(static (kestrel, configuration) =>
        {
            // Kestrel is made before the options are validated, and must not be what says that one of them is wrong.
            var api = configuration.GetSection(ApiOptions.Section).Get<ApiOptions>() ?? new ApiOptions();
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = Math.Max(1, api.MaxBodyBytes);
        });
        services.Configure<RouteHandlerOptions>(static routes => routes.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(static json => ApiJson.Configure(json.SerializerOptions));
        services.AddCallLimits();
        services.AddRequestTimeouts();
        services.AddOptions<RequestTimeoutOptions>().Configure<IOptions<ApiOptions>>(
            static (timeouts, api) => timeouts.AddPolicy(Timeout, new RequestTimeoutPolicy { Timeout = api.Value.Timeout, TimeoutStatusCode = StatusCodes.Status504GatewayTimeout }));
        services.AddProblemDetails();
        services.AddExceptionHandler<BadRequestProblems>();
        services.AddExceptionHandler<OutageProblems>();
        services.AddOpenApi("v1", static document =>
        {
            document.AddDocumentTransformer(static (api, _, _) =>
            {
                Describe(api);
                return Task.CompletedTask;
            });
            document.AddSchemaTransformer<DemandedMembers>();
            document.AddDocumentTransformer<DestinationKinds>();
            document.AddDocumentTransformer<DemandedMembers>();
            document.AddDocumentTransformer<DocumentExamples>();
        });
        services.AddSingleton<ReferencePage>();
        return services;
    }

    public static void MapApi(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup(Links.Root);
        api.WithRequestTimeout(Timeout);
        api.MapReports();
        api.MapDeliveries();
        api.MapSchedules();
        api.MapIntakes();
        api.MapApprovals();
        api.MapCases();
        api.MapConnections();
        api.MapRunbooks();
        api.MapEvents();
        api.MapDoctor();
        api.MapDiagnoses();
        api.MapOrchestrations();
        api.MapAudit();

        routes.MapManagement();
        routes.MapCalendarFeed();

        // Readable by anybody: it holds no data, and tools read it before they have a token.
        routes.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        routes.MapReference();
    }

    private static void Describe(OpenApiDocument api)
    {
        const string scheme = "bearer";
        api.Info = new OpenApiInfo
        {
            Title = "TeamsWorkflows",
            Version = "v1",
            Description = "Hands reports over to Microsoft Teams, each posted once, whatever happens to the credential.",
        };
        api.Servers = [new() { Url = "/" }]; // wherever it is read: the same document
        api.Components ??= new OpenApiComponents();
        api.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [scheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = scheme,
                BearerFormat = "JWT",
                Description = "An access token of Entra ID for this API, with the role Publisher, Approver, Operator or Administrator.",
            },
        };
        api.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(scheme, api)] = [] }];
    }
}
