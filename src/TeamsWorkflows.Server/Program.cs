using TeamsWorkflows.Server.Hosting;

return await ServerProcess.RunAsync(args);
