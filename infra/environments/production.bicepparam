using '../main.bicep'

param name = 'reports'
param host = 'functions'
param isPrivate = true
param publicAddress = 'https://reports.contoso.example/'
param accessClientId = '00000000-0000-0000-0000-000000000011'
param administratorsGroupId = '00000000-0000-0000-0000-000000000012'
param administratorsGroupName = 'Report administrators'
param operatorsGroupId = '00000000-0000-0000-0000-000000000013'
param operatorsMail = 'operators@contoso.example'
param fallback = {
  host: 'smtp.contoso.example'
  from: 'reports@contoso.example'
  recipients: ['finance@contoso.example']
  operators: ['operators@contoso.example']
}
param database = { tier: 'GeneralPurpose', sku: 'Standard_D2ds_v5', storageSize: 128, isHighlyAvailable: true }
param schedulerSku = 'Dedicated'
param retentionDays = 90
param tags = { environment: 'production' }
