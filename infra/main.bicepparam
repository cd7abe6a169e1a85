// For azd, which sets the variables from its environment: azd env set NAME VALUE.
using 'main.bicep'

param name = readEnvironmentVariable('TEAMSWORKFLOWS_NAME', 'reports')
param host = 'functions' // the other one needs an image: environments/container.bicepparam
param isPrivate = bool(readEnvironmentVariable('TEAMSWORKFLOWS_PRIVATE', 'false'))
param publicAddress = readEnvironmentVariable('TEAMSWORKFLOWS_PUBLIC_ADDRESS', 'https://reports.contoso.example/')
param accessClientId = readEnvironmentVariable('TEAMSWORKFLOWS_CLIENT_ID', '00000000-0000-0000-0000-000000000001')
param administratorsGroupId = readEnvironmentVariable(
  'TEAMSWORKFLOWS_ADMINISTRATORS_ID',
  '00000000-0000-0000-0000-000000000002'
)
param administratorsGroupName = readEnvironmentVariable('TEAMSWORKFLOWS_ADMINISTRATORS', 'Report administrators')
param operatorsGroupId = readEnvironmentVariable('TEAMSWORKFLOWS_OPERATORS_ID', '')
param operatorsMail = readEnvironmentVariable('TEAMSWORKFLOWS_OPERATORS_MAIL', 'operators@contoso.example')
param fallback = {
  host: readEnvironmentVariable('TEAMSWORKFLOWS_MAIL_HOST', 'smtp.contoso.example')
  from: readEnvironmentVariable('TEAMSWORKFLOWS_MAIL_FROM', 'reports@contoso.example')
  recipients: [readEnvironmentVariable('TEAMSWORKFLOWS_MAIL_TO', 'finance@contoso.example')]
  operators: [readEnvironmentVariable('TEAMSWORKFLOWS_OPERATORS_MAIL', 'operators@contoso.example')]
}
param database = { tier: 'Burstable', sku: 'Standard_B1ms', storageSize: 32, isHighlyAvailable: false }
param tags = { 'azd-env-name': readEnvironmentVariable('AZURE_ENV_NAME', 'development') }
