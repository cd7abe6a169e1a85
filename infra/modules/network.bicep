param prefix string
param location string
param tags object

@description('A /22 or larger that nothing else uses.')
param addressSpace string

@description('What is reached from the network alone.')
param storageId string
param vaultId string

resource network 'Microsoft.Network/virtualNetworks@2025-01-01' = {
  name: '${prefix}-network'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressSpace] }
  }

  resource outbound 'subnets' = {
    name: 'outbound'
    properties: {
      addressPrefix: cidrSubnet(addressSpace, 24, 0)
      delegations: [{ name: 'host', properties: { serviceName: 'Microsoft.App/environments' } }]
    }
  }

  resource endpoints 'subnets' = {
    name: 'endpoints'
    properties: { addressPrefix: cidrSubnet(addressSpace, 24, 1) }
    dependsOn: [outbound] // one change of a network at a time
  }

  resource database 'subnets' = {
    name: 'database'
    properties: {
      addressPrefix: cidrSubnet(addressSpace, 24, 2)
      delegations: [{ name: 'postgres', properties: { serviceName: 'Microsoft.DBforPostgreSQL/flexibleServers' } }]
    }
    dependsOn: [endpoints]
  }
}

var blob = 'privatelink.blob.${environment().suffixes.storage}'
var queue = 'privatelink.queue.${environment().suffixes.storage}'
var table = 'privatelink.table.${environment().suffixes.storage}'
var vault = 'privatelink.vaultcore.azure.net'

module blobEndpoint 'endpoint.bicep' = {
  params: {
    name: '${prefix}-blob'
    location: location
    tags: tags
    part: 'blob'
    targetId: storageId
    zone: blob
    networkId: network.id
    subnetId: network::endpoints.id
  }
}

module queueEndpoint 'endpoint.bicep' = {
  params: {
    name: '${prefix}-queue'
    location: location
    tags: tags
    part: 'queue'
    targetId: storageId
    zone: queue
    networkId: network.id
    subnetId: network::endpoints.id
  }
}

module tableEndpoint 'endpoint.bicep' = {
  params: {
    name: '${prefix}-table'
    location: location
    tags: tags
    part: 'table'
    targetId: storageId
    zone: table
    networkId: network.id
    subnetId: network::endpoints.id
  }
}

module vaultEndpoint 'endpoint.bicep' = {
  params: {
    name: '${prefix}-vault'
    location: location
    tags: tags
    part: 'vault'
    targetId: vaultId
    zone: vault
    networkId: network.id
    subnetId: network::endpoints.id
  }
}

resource databaseZone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: '${prefix}.private.postgres.database.azure.com'
  location: 'global'
  tags: tags

  resource link 'virtualNetworkLinks' = {
    name: 'network'
    location: 'global'
    properties: { registrationEnabled: false, virtualNetwork: { id: network.id } }
  }
}

output outboundSubnetId string = network::outbound.id
output databaseSubnetId string = network::database.id
output databaseZoneId string = databaseZone.id
