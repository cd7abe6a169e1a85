using '../main.bicep'

param name = 'reportsdev'
param host = 'functions'
param isPrivate = false
param publicAddress = 'https://reports-dev.contoso.example/'
param accessClientId = '00000000-0000-0000-0000-000000000001'
param administratorsGroupId = '00000000-0000-0000-0000-000000000002'
param administratorsGroupName = 'Report administrators'
param operatorsMail = 'operators@contoso.example'
param fallback = {
  host: 'smtp.contoso.example'
  from: 'reports-dev@contoso.example'
  recipients: ['finance-test@contoso.example']
  operators: ['operators@contoso.example']
}
param database = { tier: 'Burstable', sku: 'Standard_B1ms', storageSize: 32, isHighlyAvailable: false }
param tags = { environment: 'development' }
