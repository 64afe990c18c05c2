// The key vault of the workspace. Roles open it; there are no access policies.

import { roleIds, tagSet } from 'types.bicep'

@description('Name of the vault: 3 to 24 letters, digits and dashes, unique in Azure.')
@minLength(3)
@maxLength(24)
param name string

@description('Azure region.')
param location string

@description('Tags of the vault.')
param tags tagSet

@description('Days for which a deleted vault can be restored, and for which its name is taken.')
@minValue(7)
@maxValue(90)
param softDeleteDays int

@description('Whether nobody can purge a deleted vault before these days have passed. It cannot be turned off later.')
param purgeProtection bool

@description('Object id of the identity of the workspace.')
param workspacePrincipalId string

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    accessPolicies: []
    // The service accepts true or nothing, and refuses false.
    enablePurgeProtection: purgeProtection ? true : null
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: softDeleteDays
    publicNetworkAccess: 'Enabled'
  }
}

resource workspaceRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in ['Contributor', 'Key Vault Administrator']: {
    name: guid(vault.id, 'workspace', roleIds[role])
    scope: vault
    properties: {
      description: 'The workspace keeps the credentials of its datastores here.'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
      principalId: workspacePrincipalId
      principalType: 'ServicePrincipal'
    }
  }
]

@description('Resource id of the vault.')
output id string = vault.id
