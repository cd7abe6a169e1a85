@minLength(3)
@maxLength(64)
param name string
param location string
param tags object
param appPrincipalId string

@description('The identity\'s name: known before it exists, so that what-if can tell grants apart.')
param appName string

@description('The group that may use the scheduler\'s dashboard. Empty: nobody by this deployment.')
param operatorsGroupId string

@allowed(['Consumption', 'Dedicated'])
param sku string

@description('Which addresses reach it; every call needs a token all the same.')
param ipAllowlist array

param hubName string

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: sku == 'Dedicated' ? { name: sku, capacity: 1 } : { name: sku }
    ipAllowlist: ipAllowlist
  }
}

resource hub 'Microsoft.DurableTask/schedulers/taskHubs@2025-11-01' = {
  parent: scheduler
  name: hubName
}

var dataContributor = '0ad04412-c4d5-4796-b79c-f76d14c8d402'
var dataReader = 'd6a5505f-6ebb-45a4-896e-ac8274cfc0ac'

resource works 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(hub.id, appName, dataContributor)
  scope: hub
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataContributor)
  }
}

resource looks 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorsGroupId)) {
  name: guid(hub.id, operatorsGroupId, dataReader)
  scope: hub
  properties: {
    principalId: operatorsGroupId
    principalType: 'Group'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataReader)
  }
}

output endpoint string = scheduler.properties.endpoint
output hubName string = hub.name
