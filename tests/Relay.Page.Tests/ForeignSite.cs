using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Relay.Page.Tests;

/// <summary>A site of somebody else that tries to have a visitor's browser change something at the relay.</summary>
internal sealed class ForeignSite : IAsyncDisposable
{
    private readonly WebApplication _server;

    private ForeignSite(WebApplication server) => _server = server;

    public Uri Url => new(_server.Services.GetRequiredService<IServer>().Features
        .Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <param name="target">What it would have posted: by script with a header, and by a form.</param>
    public static async Task<ForeignSite> StartAsync(string target)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        WebApplication server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.MapGet("/", context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync($$"""
                <!doctype html><body><form method="post" action="{{target}}"><button id="send">Win</button></form><script>
                fetch('{{target}}', { method: 'POST', credentials: 'include',
                  headers: { Authorization: 'Bearer {{PageFixture.Token}}' } })
                  .then(a => { document.body.dataset.done = a.status; }, () => { document.body.dataset.done = 'refused'; });
                </script></body>
                """);
        });
        await server.StartAsync();
        return new ForeignSite(server);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
