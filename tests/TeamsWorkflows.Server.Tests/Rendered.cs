using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging.Abstractions;

namespace TeamsWorkflows.Server.Tests;

/// <summary>A page or a part of one as HTML, without a server.</summary>
internal static class Rendered
{
    public static async Task<string> Async<TComponent>(params (string Name, object? Value)[] parameters)
        where TComponent : IComponent
    {
        await using var services = new ServiceCollection().AddSingleton(TimeProvider.System).BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        var named = ParameterView.FromDictionary(parameters.ToDictionary(static p => p.Name, static p => p.Value, StringComparer.Ordinal));
        return await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<TComponent>(named)).ToHtmlString());
    }
}
