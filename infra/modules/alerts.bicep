param prefix string
param location string
param tags object
param workspaceId string
param insightsId string

@description('Who is told by mail.')
param operatorsMail string

@description('How many parked deliveries are too many.')
@minValue(1)
param parkedLimit int

@description('How old an open case may become, in hours.')
@minValue(1)
param caseAgeLimitHours int

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${prefix}-operators'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'reports'
    emailReceivers: [{ name: 'operators', emailAddress: operatorsMail, useCommonAlertSchema: true }]
  }
}

var rules = [
  {
    name: 'acquisition-failure-spike'
    severity: 1
    description: 'A connection got no token several times within minutes: its refresh path is broken, or the identity provider is.'
    query: 'AppMetrics | where Name == "teamsworkflows.token.acquisition.spikes" | summarize Value = sum(Sum) by tostring(Properties.connection)'
    threshold: 0
    window: 'PT15M'
  }
  {
    name: 'parked-deliveries'
    severity: 2
    description: 'Reports wait for a person: their connections need a sign-in, consent, a credential or a policy.'
    query: 'AppMetrics | where Name == "teamsworkflows.deliveries.parked" | summarize Value = max(Max)'
    threshold: parkedLimit - 1
    window: 'PT15M'
  }
  {
    name: 'case-age'
    severity: 2
    description: 'A case has been open for long: nobody has acted, or what was done did not help.'
    query: 'AppMetrics | where Name == "teamsworkflows.cases.oldest" | summarize Value = max(Max)'
    threshold: caseAgeLimitHours * 3600
    window: 'PT1H'
  }
]

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: '${prefix}-${rule.name}'
    location: location
    tags: tags
    properties: {
      displayName: rule.name
      description: rule.description
      severity: rule.severity
      enabled: true
      evaluationFrequency: 'PT5M'
      windowSize: rule.window
      scopes: [workspaceId]
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Maximum'
            metricMeasureColumn: 'Value'
            operator: 'GreaterThan'
            threshold: rule.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [operators.id] }
      autoMitigate: true
    }
  }
]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, prefix, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Reports into Teams (${prefix})'
    category: 'workbook'
    sourceId: insightsId
    serializedData: loadTextContent('workbook.json')
  }
}
