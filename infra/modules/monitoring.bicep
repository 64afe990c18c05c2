// Application Insights, which a workspace must have, on a Log Analytics workspace.

import { roleIds, tagSet } from 'types.bicep'

@description('Name of the Log Analytics workspace.')
@minLength(4)
@maxLength(63)
param logName string

@description('Name of the Application Insights component.')
param insightsName string

@description('Azure region.')
param location string

@description('Tags of both.')
param tags tagSet

@description('Days for which logs are kept. The first 30 are included in the price of reading them in.')
@minValue(30)
@maxValue(730)
param retentionDays int

@description('Object id of the identity of the workspace.')
param workspacePrincipalId string

resource logs 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: logName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: insightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: logs.id
  }
}

resource workspaceControl 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, 'workspace', roleIds.Contributor)
  scope: insights
  properties: {
    description: 'The workspace reads how to send its measurements.'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.Contributor)
    principalId: workspacePrincipalId
    principalType: 'ServicePrincipal'
  }
}

@description('Resource id of the Application Insights component.')
output id string = insights.id
