@minLength(3)
@maxLength(24)
param name string
param location string
param tags object
param appPrincipalId string

@description('The identity\'s name: known before it exists, so that what-if can tell grants apart.')
param appName string
param workspaceId string

@description('The group that makes and renews certificates.')
param administratorsGroupId string

param isPrivate bool

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enablePurgeProtection: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
  }
}

// A certificate with its key is read as a secret, its description as a certificate: the product needs both, and changes neither.
var readers = {
  secretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  certificateUser: 'db79e9a7-68ee-4b58-9aeb-b90e7c24fcba'
}
var certificatesOfficer = 'a4417e6f-fecd-4de8-b567-7b0420556985'

resource reads 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in items(readers): {
    name: guid(vault.id, appName, role.value)
    scope: vault
    properties: {
      principalId: appPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
    }
  }
]

resource rotates 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, administratorsGroupId, certificatesOfficer)
  scope: vault
  properties: {
    principalId: administratorsGroupId
    principalType: 'Group'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', certificatesOfficer)
  }
}

@description('Who read what, for the record.')
resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
  }
}

output id string = vault.id
output name string = vault.name
output uri string = vault.properties.vaultUri
