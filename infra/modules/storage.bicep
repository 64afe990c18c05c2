// The storage account: the workspace's own containers, and one for datasets.

import { roleIds, tagSet } from 'types.bicep'

@description('Name of the account: 3 to 24 lower-case letters and digits, unique in Azure.')
@minLength(3)
@maxLength(24)
param name string

@description('Azure region.')
param location string

@description('Tags of the account.')
param tags tagSet

@description('How often the data is stored.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS'])
param sku string

@description('Container of the datasets.')
@minLength(3)
@maxLength(63)
param datasetContainer string

@description('Whether the account accepts its keys. Without them each access is by an identity.')
param allowSharedKeyAccess bool

@description('Days for which a deleted blob can be restored.')
@minValue(1)
@maxValue(365)
param deletedBlobDays int

@description('Object id of the identity that starts training, which reads the dataset before anything is sent.')
param trainingPrincipalId string

@description('Object id of the identity of the clusters, which read the dataset and write the outputs of jobs.')
param computePrincipalId string

@description('Object id of the identity of the workspace.')
param workspacePrincipalId string

var forServices = [
  { name: 'compute', principalId: computePrincipalId, role: 'Storage Blob Data Contributor' }
  { name: 'workspace', principalId: workspacePrincipalId, role: 'Contributor' }
  { name: 'workspace', principalId: workspacePrincipalId, role: 'Storage Blob Data Contributor' }
  { name: 'workspace', principalId: workspacePrincipalId, role: 'Storage File Data Privileged Contributor' }
]

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: allowSharedKeyAccess
    defaultToOAuthAuthentication: true
    // A workspace accepts no account with a hierarchical namespace as its own.
    isHnsEnabled: false
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: 'Enabled'
    supportsHttpsTrafficOnly: true
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Allow'
    }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: {
        enabled: true
        days: deletedBlobDays
      }
    }

    resource datasets 'containers' = {
      name: datasetContainer
      properties: {
        publicAccess: 'None'
      }
    }
  }
}

resource trainingRead 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account::blobs::datasets.id, 'training', roleIds['Storage Blob Data Reader'])
  scope: account::blobs::datasets
  properties: {
    description: 'Checks the dataset before a job is submitted.'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds['Storage Blob Data Reader'])
    principalId: trainingPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource services 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for service in forServices: {
    name: guid(account.id, service.name, roleIds[service.role])
    scope: account
    properties: {
      description: 'The ${service.name} reads datasets and stores the outputs of jobs.'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[service.role])
      principalId: service.principalId
      principalType: 'ServicePrincipal'
    }
  }
]

@description('Resource id of the account.')
output id string = account.id

@description('Container of the datasets.')
output datasetContainer string = account::blobs::datasets.name
