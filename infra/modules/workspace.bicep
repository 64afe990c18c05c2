// The Azure Machine Learning workspace, its clusters and its datastore of datasets.

import { cluster, roleIds, tagSet } from 'types.bicep'

@description('Name of the workspace: 3 to 33 letters, digits, dashes or underscores.')
@minLength(3)
@maxLength(33)
param name string

@description('Azure region.')
param location string

@description('Tags of the workspace and its clusters.')
param tags tagSet

@description('Resource id of the storage account.')
param storageId string

@description('Resource id of the key vault.')
param vaultId string

@description('Resource id of the Application Insights component.')
param insightsId string

@description('Resource id of the registry.')
param registryId string

@description('How the workspace reaches its own containers: by its identity, or by the keys of the account.')
@allowed(['Identity', 'AccessKey'])
param storageAccess string

@description('Resource id of the identity of the workspace.')
param workspaceIdentityId string

@description('Object id of the identity of the workspace.')
param workspacePrincipalId string

@description('Resource id of the identity of the clusters.')
param computeIdentityId string

@description('Object id of the identity that starts training.')
param trainingPrincipalId string

@description('Clusters of the workspace.')
param clusters cluster[]

@description('Name of the datastore of datasets: DATA_MOUNT of an experiment.')
param datastore string

@description('Container of the datastore.')
param datasetContainer string

resource workspace 'Microsoft.MachineLearningServices/workspaces@2025-12-01' = {
  name: name
  location: location
  tags: tags
  kind: 'Default'
  sku: {
    name: 'Basic'
    tier: 'Basic'
  }
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${workspaceIdentityId}': {}
    }
  }
  properties: {
    friendlyName: name
    description: 'Trains object detectors from the experiments of a repository.'
    storageAccount: storageId
    keyVault: vaultId
    applicationInsights: insightsId
    containerRegistry: registryId
    hbiWorkspace: false
    primaryUserAssignedIdentity: workspaceIdentityId
    publicNetworkAccess: 'Enabled'
    systemDatastoresAuthMode: storageAccess
    v1LegacyMode: false
  }

  resource datasets 'datastores' = {
    name: datastore
    properties: {
      datastoreType: 'AzureBlob'
      description: 'Datasets and pretrained weights.'
      accountName: last(split(storageId, '/'))
      containerName: datasetContainer
      endpoint: environment().suffixes.storage
      protocol: 'https'
      serviceDataAccessAuthIdentity: 'WorkspaceUserAssignedIdentity'
      // Jobs read as the identity of the cluster; no key is stored.
      credentials: { credentialsType: 'None' }
    }
  }
}

// The workspace's identity acts on the workspace itself, which must exist for that.
resource workspaceControl 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(workspace.id, 'workspace', roleIds.Contributor)
  scope: workspace
  properties: {
    description: 'The workspace manages itself.'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.Contributor)
    principalId: workspacePrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource trainingRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in ['AzureML Data Scientist', 'AzureML Compute Operator']: {
    name: guid(workspace.id, 'training', roleIds[role])
    scope: workspace
    properties: {
      description: 'Registers what a job needs, submits the job and reads its results.'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
      principalId: trainingPrincipalId
      principalType: 'ServicePrincipal'
    }
  }
]

resource computes 'Microsoft.MachineLearningServices/workspaces/computes@2025-12-01' = [
  for entry in clusters: {
    parent: workspace
    name: entry.name
    location: location
    tags: tags
    identity: {
      type: 'UserAssigned'
      userAssignedIdentities: {
        '${computeIdentityId}': {}
      }
    }
    properties: {
      computeType: 'AmlCompute'
      computeLocation: location
      disableLocalAuth: true
      properties: {
        osType: 'Linux'
        vmSize: entry.vmSize
        vmPriority: entry.vmPriority
        remoteLoginPortPublicAccess: 'Disabled'
        scaleSettings: {
          // No node runs, and none is paid for, while there is no job.
          minNodeCount: 0
          maxNodeCount: entry.maxNodes
          nodeIdleTimeBeforeScaleDown: 'PT${entry.idleMinutes}M'
        }
      }
    }
  }
]

@description('Name of the workspace.')
output name string = workspace.name

@description('Name of the datastore of datasets.')
output datastore string = workspace::datasets.name
