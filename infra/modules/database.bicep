@minLength(3)
@maxLength(63)
param name string
param location string
param tags object

@description('The group of Entra ID that administers the database: it makes the product\'s role, once. No workload is in it.')
param administratorsGroupId string
param administratorsGroupName string

@allowed(['Burstable', 'GeneralPurpose', 'MemoryOptimized'])
param tier string
param sku string

@description('GB.')
@minValue(32)
param storageSize int

@description('Whether a second server in another zone takes over.')
param isHighlyAvailable bool

@description('Whether only the virtual network reaches it: over a subnet that is delegated to it, in a zone that names it.')
param isPrivate bool
param subnetId string
param privateDnsZoneId string

resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2025-08-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: sku, tier: tier }
  properties: {
    version: '17'
    authConfig: {
      activeDirectoryAuth: 'Enabled'
      passwordAuth: 'Disabled'
      tenantId: tenant().tenantId
    }
    storage: { storageSizeGB: storageSize, autoGrow: 'Enabled' }
    backup: { backupRetentionDays: 14, geoRedundantBackup: isHighlyAvailable ? 'Enabled' : 'Disabled' }
    highAvailability: { mode: isHighlyAvailable ? 'ZoneRedundant' : 'Disabled' }
    network: isPrivate
      ? {
          delegatedSubnetResourceId: subnetId
          privateDnsZoneArmResourceId: privateDnsZoneId
          publicNetworkAccess: 'Disabled'
        }
      : { publicNetworkAccess: 'Enabled' }
  }
}

resource administrator 'Microsoft.DBforPostgreSQL/flexibleServers/administrators@2025-08-01' = {
  parent: server
  name: administratorsGroupId
  properties: {
    principalName: administratorsGroupName
    principalType: 'Group'
    tenantId: tenant().tenantId
  }
}

resource database 'Microsoft.DBforPostgreSQL/flexibleServers/databases@2025-08-01' = {
  parent: server
  name: 'teamsworkflows'
  dependsOn: [administrator] // one change at a time
}

resource tls 'Microsoft.DBforPostgreSQL/flexibleServers/configurations@2025-08-01' = {
  parent: server
  name: 'ssl_min_protocol_version'
  properties: { value: 'TLSv1.2', source: 'user-override' }
  dependsOn: [database]
}

resource encrypted 'Microsoft.DBforPostgreSQL/flexibleServers/configurations@2025-08-01' = {
  parent: server
  name: 'require_secure_transport'
  properties: { value: 'on', source: 'user-override' }
  dependsOn: [tls]
}

@description('Without a network of its own: what runs in Azure may knock; who gets in is decided by Entra ID.')
resource azure 'Microsoft.DBforPostgreSQL/flexibleServers/firewallRules@2025-08-01' = if (!isPrivate) {
  parent: server
  name: 'azure'
  properties: { startIpAddress: '0.0.0.0', endIpAddress: '0.0.0.0' }
  dependsOn: [encrypted]
}

output host string = server.properties.fullyQualifiedDomainName
output databaseName string = database.name
