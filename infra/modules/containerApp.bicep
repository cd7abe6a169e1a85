param name string
param location string
param tags object

param identityId string

@description('The image, by digest or version.')
param image string

@description('Where the image comes from; the identity may pull there.')
param registryServer string

param workspaceId string
param subnetId string

@description('The product\'s settings: name and value, none of them a secret.')
param settings object

@description('The vault\'s secret with the client secret of the application that people sign in to.')
param accessSecretUri string

@description('How many servers share the hub.')
@minValue(1)
param replicas int

resource environment 'Microsoft.App/managedEnvironments@2025-07-01' = {
  name: '${name}-environment'
  location: location
  tags: tags
  properties: {
    appLogsConfiguration: { destination: 'azure-monitor' }
    peerTrafficConfiguration: { encryption: { enabled: true } }
    vnetConfiguration: empty(subnetId) ? null : { infrastructureSubnetId: subnetId, internal: false }
    workloadProfiles: [{ name: 'Consumption', workloadProfileType: 'Consumption' }]
    zoneRedundant: !empty(subnetId)
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: environment
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
  }
}

var values = [for variable in items(variables): { name: variable.key, value: variable.value }]
var variables = union(settings, { Urls: 'http://+:8080' })

resource app 'Microsoft.App/containerApps@2025-07-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'server' })
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    environmentId: environment.id
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      ingress: { external: true, targetPort: 8080, transport: 'http', allowInsecure: false }
      secrets: [{ name: 'access-client-secret', keyVaultUrl: accessSecretUri, identity: identityId }]
      registries: empty(registryServer) ? [] : [{ server: registryServer, identity: identityId }]
    }
    template: {
      terminationGracePeriodSeconds: 60
      containers: [
        {
          name: 'server'
          image: image
          resources: { cpu: json('1.0'), memory: '2Gi' }
          // Only the ingress reaches the port: it says who calls, which the limits per address go by.
          env: concat(values, [
            { name: 'Access__ClientSecret', secretRef: 'access-client-secret' }
            { name: 'ASPNETCORE_FORWARDEDHEADERS_ENABLED', value: 'true' }
          ])
          volumeMounts: [{ volumeName: 'data', mountPath: '/home/app' }]
          probes: [
            { type: 'Startup', httpGet: { path: '/health/startup', port: 8080 }, periodSeconds: 5, failureThreshold: 60 }
            { type: 'Readiness', httpGet: { path: '/health/ready', port: 8080 }, periodSeconds: 10 }
            { type: 'Liveness', httpGet: { path: '/health/live', port: 8080 }, periodSeconds: 30 }
          ]
        }
      ]
      volumes: [{ name: 'data', storageType: 'EmptyDir' }]
      scale: { minReplicas: replicas, maxReplicas: replicas }
    }
  }
}

output host string = app.properties.configuration.ingress.fqdn
