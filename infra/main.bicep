metadata description = 'Everything that TeamsWorkflows needs in one resource group.'

@description('Names begin with it: 3 to 12 lower-case letters and digits, the first a letter.')
@minLength(3)
@maxLength(12)
param name string

param location string = resourceGroup().location

@description('Function App on Flex Consumption, or the server as a Container App.')
@allowed(['functions', 'containerApp'])
param host string

@description('Whether storage, vault and database are reached from a virtual network alone.')
param isPrivate bool

@description('The network\'s addresses; used when private.')
param addressSpace string = '10.60.0.0/22'

@description('Where people reach the product: mails link to it, and the Entra application sends people back to it.')
param publicAddress string

@description('The Entra application that protects API and console.')
param accessClientId string

@description('The Key Vault secret with that application\'s client secret, by name.')
param accessSecretName string = 'access-client-secret'

@description('The group of Entra ID that administers database and certificates.')
param administratorsGroupId string
param administratorsGroupName string

@description('The group of Entra ID that may look at the task hub. Empty: nobody.')
param operatorsGroupId string = ''

@description('Who gets alerts.')
param operatorsMail string

@description('The mail server for the fallback, and who gets what.')
param fallback fallbackSettings

@description('Burstable for development; at least GeneralPurpose, highly available, for production.')
param database databaseSettings

@description('Consumption, or Dedicated for a steady load.')
@allowed(['Consumption', 'Dedicated'])
param schedulerSku string = 'Consumption'

@description('Container App only: the image, and the registry that it comes from.')
param image string = ''
param registryServer string = ''

@minValue(30)
@maxValue(730)
param retentionDays int = 30

param tags object = {}

type fallbackSettings = {
  host: string
  from: string
  recipients: string[]
  operators: string[]
}

type databaseSettings = {
  tier: 'Burstable' | 'GeneralPurpose' | 'MemoryOptimized'
  sku: string
  @minValue(32)
  storageSize: int
  isHighlyAvailable: bool
}

var suffix = take(uniqueString(resourceGroup().id, name), 6)
var prefix = '${name}-${suffix}'
var appName = '${prefix}-app'
var hubName = 'reports'

module identity 'modules/identity.bicep' = {
  params: { name: appName, location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    prefix: prefix
    location: location
    tags: tags
    retentionDays: retentionDays
    appPrincipalId: identity.outputs.principalId
    appName: appName
  }
}

module storage 'modules/storage.bicep' = {
  params: {
    name: '${name}${suffix}'
    location: location
    tags: tags
    appPrincipalId: identity.outputs.principalId
    appName: appName
    isPrivate: isPrivate
  }
}

module vault 'modules/vault.bicep' = {
  params: {
    name: prefix
    location: location
    tags: tags
    appPrincipalId: identity.outputs.principalId
    appName: appName
    administratorsGroupId: administratorsGroupId
    workspaceId: monitoring.outputs.workspaceId
    isPrivate: isPrivate
  }
}

module network 'modules/network.bicep' = if (isPrivate) {
  params: {
    prefix: prefix
    location: location
    tags: tags
    addressSpace: addressSpace
    storageId: storage.outputs.id
    vaultId: vault.outputs.id
  }
}

module postgres 'modules/database.bicep' = {
  params: {
    name: prefix
    location: location
    tags: tags
    administratorsGroupId: administratorsGroupId
    administratorsGroupName: administratorsGroupName
    tier: database.tier
    sku: database.sku
    storageSize: database.storageSize
    isHighlyAvailable: database.isHighlyAvailable
    isPrivate: isPrivate
    subnetId: network.?outputs.databaseSubnetId ?? ''
    privateDnsZoneId: network.?outputs.databaseZoneId ?? ''
  }
}

module scheduler 'modules/scheduler.bicep' = if (host == 'functions') {
  params: {
    name: prefix
    location: location
    tags: tags
    appPrincipalId: identity.outputs.principalId
    appName: appName
    operatorsGroupId: operatorsGroupId
    sku: schedulerSku
    ipAllowlist: ['0.0.0.0/0']
    hubName: hubName
  }
}

// Both hosts take the same settings; a Function App separates their parts by two underscores, and so may a container.
var recipients = toObject(
  range(0, length(fallback.recipients)),
  i => 'Fallback__Recipients__${i}',
  i => fallback.recipients[i]
)
var operators = toObject(
  range(0, length(fallback.operators)),
  i => 'Fallback__Operators__${i}',
  i => fallback.operators[i]
)
var settings = union(recipients, operators, {
  Postgres__ConnectionString: 'Host=${postgres.outputs.host};Database=${postgres.outputs.databaseName};Username=${appName};SSL Mode=VerifyFull'
  Postgres__Identity: identity.outputs.clientId
  AzureMonitor__ConnectionString: monitoring.outputs.insightsConnectionString
  AzureMonitor__Identity: identity.outputs.clientId
  KeyVault__ClientId: identity.outputs.clientId
  KeyRing__VaultCertificate: '${vault.outputs.uri}certificates/key-ring'
  Entra__PublicAddress: publicAddress
  Access__Authority: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
  Access__Audience: accessClientId
  Access__ClientId: accessClientId
  Fallback__Host: fallback.host
  Fallback__From: fallback.from
})

module functions 'modules/functions.bicep' = if (host == 'functions') {
  params: {
    name: '${prefix}-functions'
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    storageName: storage.outputs.name
    packagesUri: storage.outputs.packagesUri
    subnetId: network.?outputs.outboundSubnetId ?? ''
    insightsConnectionString: monitoring.outputs.insightsConnectionString
    maximumInstances: 40
    instanceMemory: 2048
    settings: union(settings, {
      TASKHUB_NAME: hubName
      DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${scheduler.?outputs.endpoint ?? ''};Authentication=ManagedIdentity;ClientID=${identity.outputs.clientId}'
      Access__ClientSecret: '@Microsoft.KeyVault(VaultName=${vault.outputs.name};SecretName=${accessSecretName})'
    })
  }
}

module containerApp 'modules/containerApp.bicep' = if (host == 'containerApp') {
  params: {
    name: '${prefix}-server'
    location: location
    tags: tags
    identityId: identity.outputs.id
    image: image
    registryServer: registryServer
    workspaceId: monitoring.outputs.workspaceId
    subnetId: network.?outputs.outboundSubnetId ?? ''
    accessSecretUri: '${vault.outputs.uri}secrets/${accessSecretName}'
    replicas: 2
    settings: union(settings, { TaskHub__Provider: 'Postgres' })
  }
}

module alerts 'modules/alerts.bicep' = {
  params: {
    prefix: prefix
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    insightsId: monitoring.outputs.insightsId
    operatorsMail: operatorsMail
    parkedLimit: 5
    caseAgeLimitHours: 24
  }
}

output address string = 'https://${host == 'functions' ? functions.?outputs.host ?? '' : containerApp.?outputs.host ?? ''}/'
output vaultName string = vault.outputs.name
output databaseHost string = postgres.outputs.host
output appIdentityName string = appName
