using Microsoft.Extensions.Hosting;
using TeamsWorkflows.Functions;

await FunctionsHost.CreateBuilder(args).Build().RunAsync();
