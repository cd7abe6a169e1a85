// The server in the place of the Function App: its own engine, in the same PostgreSQL.
using '../main.bicep'

param name = 'reportsca'
param host = 'containerApp'
param isPrivate = true
param publicAddress = 'https://reports.contoso.example/'
param accessClientId = '00000000-0000-0000-0000-000000000021'
param administratorsGroupId = '00000000-0000-0000-0000-000000000022'
param administratorsGroupName = 'Report administrators'
param operatorsMail = 'operators@contoso.example'
param fallback = {
  host: 'smtp.contoso.example'
  from: 'reports@contoso.example'
  recipients: ['finance@contoso.example']
  operators: ['operators@contoso.example']
}
param database = { tier: 'GeneralPurpose', sku: 'Standard_D2ds_v5', storageSize: 128, isHighlyAvailable: true }
param image = 'contoso.azurecr.io/teamsworkflows:1.0.0'
param registryServer = 'contoso.azurecr.io'
param tags = { environment: 'production' }
