// Everything that a team needs in Azure to train from a repository, in one resource group.
//
//   dotnet cake --target=Provision --name=dev --location=westeurope --subscription=GUID --parameters=infra/dev.bicepparam
//
// docs/getting-started.md is the way from an empty subscription to the first run. docs/identity.md says which identity may do what.

targetScope = 'subscription'

import { budget, cluster, federatedCredential } from 'modules/types.bicep'

@description('Name of the environment: 2 to 12 lower-case letters or digits, the first a letter. It becomes part of all other names, and configuration/<name>.json describes the result.')
@minLength(2)
@maxLength(12)
param name string

@description('Azure region of everything.')
param location string

@description('Resource group, which is created. It should hold nothing else: Deprovision deletes it whole.')
@minLength(1)
@maxLength(90)
param resourceGroupName string = 'rg-model-training-${name}'

@description('Repository of the training image: IMAGE_REPOSITORY of the environment config. Pull requests push to pr/ and this name.')
param imageRepository string = 'model-training'

@description('Tokens of jobs of pull requests. They push an image to pr/<imageRepository> and can do nothing else.')
param pullRequestCredentials federatedCredential[] = []

@description('Tokens of jobs on main. They push the image.')
param mainCredentials federatedCredential[] = []

@description('Tokens of jobs behind the environment with reviewers. They train.')
param trainingCredentials federatedCredential[] = []

@description('Clusters of the workspace. They start with no node and cost nothing while they have none.')
param clusters cluster[] = [
  {
    name: 'gpu'
    vmSize: 'Standard_NC4as_T4_v3'
    maxNodes: 3
    vmPriority: 'Dedicated'
    idleMinutes: 15
  }
]

@description('Datastore of datasets: DATA_MOUNT of an experiment.')
@minLength(1)
@maxLength(255)
param datastore string = 'training_data'

@description('Blob container of that datastore.')
@minLength(3)
@maxLength(63)
param datasetContainer string = 'training-data'

@description('How the workspace reaches its storage. Identity: no keys are accepted. AccessKey: for a workspace that must use the keys of the account.')
@allowed(['Identity', 'AccessKey'])
param storageAccess string = 'Identity'

@description('How often the storage account keeps the data.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS'])
param storageSku string = 'Standard_LRS'

@description('Tier of the registry.')
@allowed(['Basic', 'Standard', 'Premium'])
param registrySku string = 'Basic'

@description('Whether a deleted key vault cannot be purged. It then keeps its name for softDeleteDays, also after Deprovision, and it cannot be turned off.')
param purgeProtection bool = false

@description('Days for which a deleted key vault can be restored.')
@minValue(7)
@maxValue(90)
param softDeleteDays int = 7

@description('Days for which a deleted blob can be restored.')
@minValue(1)
@maxValue(365)
param deletedBlobDays int = 7

@description('Days for which logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Alerts about the monthly cost; null for none.')
param costs budget?

// Some names are unique in all of Azure. The suffix follows from the subscription and the name, so that it is the same each time.
var suffix = uniqueString(subscription().subscriptionId, name)
var tags = { 'model-training': name }

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: resourceGroupName
  location: location
  tags: tags
}

module pullRequest 'modules/identity.bicep' = {
  scope: group
  params: {
    name: 'id-${name}-pull-request'
    location: location
    tags: tags
    federatedCredentials: pullRequestCredentials
  }
}

module main 'modules/identity.bicep' = {
  scope: group
  params: {
    name: 'id-${name}-main'
    location: location
    tags: tags
    federatedCredentials: mainCredentials
  }
}

module training 'modules/identity.bicep' = {
  scope: group
  params: {
    name: 'id-${name}-training'
    location: location
    tags: tags
    federatedCredentials: trainingCredentials
  }
}

module workspaceIdentity 'modules/identity.bicep' = {
  scope: group
  params: {
    name: 'id-${name}-workspace'
    location: location
    tags: tags
    federatedCredentials: []
  }
}

module compute 'modules/identity.bicep' = {
  scope: group
  params: {
    name: 'id-${name}-compute'
    location: location
    tags: tags
    federatedCredentials: []
  }
}

module registry 'modules/registry.bicep' = {
  scope: group
  params: {
    name: 'cr${name}${suffix}'
    location: location
    tags: tags
    sku: registrySku
    imageRepository: imageRepository
    pullRequestPrincipalId: pullRequest.outputs.principalId
    mainPrincipalId: main.outputs.principalId
    trainingPrincipalId: training.outputs.principalId
    computePrincipalId: compute.outputs.principalId
    workspacePrincipalId: workspaceIdentity.outputs.principalId
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: take('st${name}${suffix}', 24)
    location: location
    tags: tags
    sku: storageSku
    datasetContainer: datasetContainer
    allowSharedKeyAccess: storageAccess == 'AccessKey'
    deletedBlobDays: deletedBlobDays
    trainingPrincipalId: training.outputs.principalId
    computePrincipalId: compute.outputs.principalId
    workspacePrincipalId: workspaceIdentity.outputs.principalId
  }
}

module vault 'modules/vault.bicep' = {
  scope: group
  params: {
    name: take('kv${name}${suffix}', 24)
    location: location
    tags: tags
    softDeleteDays: softDeleteDays
    purgeProtection: purgeProtection
    workspacePrincipalId: workspaceIdentity.outputs.principalId
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    logName: 'log-${name}'
    insightsName: 'appi-${name}'
    location: location
    tags: tags
    retentionDays: logRetentionDays
    workspacePrincipalId: workspaceIdentity.outputs.principalId
  }
}

module workspace 'modules/workspace.bicep' = {
  scope: group
  params: {
    name: 'mlw-${name}'
    location: location
    tags: tags
    storageId: storage.outputs.id
    vaultId: vault.outputs.id
    insightsId: monitoring.outputs.id
    registryId: registry.outputs.id
    storageAccess: storageAccess
    workspaceIdentityId: workspaceIdentity.outputs.id
    workspacePrincipalId: workspaceIdentity.outputs.principalId
    computeIdentityId: compute.outputs.id
    trainingPrincipalId: training.outputs.principalId
    clusters: clusters
    datastore: datastore
    datasetContainer: storage.outputs.datasetContainer
  }
}

module alerts 'modules/budget.bicep' = if (costs != null) {
  scope: group
  params: {
    name: 'budget-${name}'
    settings: costs!
  }
}

@description('Tenant of the identities: AML_TENANT_ID.')
output tenantId string = tenant().tenantId

@description('Resource group: AML_RESOURCE_GROUP.')
output resourceGroup string = group.name

@description('Workspace: AML_WORKSPACE_NAME.')
output workspace string = workspace.outputs.name

@description('Host of the registry: REGISTRY.')
output registry string = registry.outputs.loginServer

@description('Repository of the training image: IMAGE_REPOSITORY.')
output imageRepository string = imageRepository

@description('Resource id of the identity of the clusters: COMPUTE_IDENTITY.')
output computeIdentity string = compute.outputs.id

@description('Datastore of datasets: a name in DATASTORES.')
output datastore string = workspace.outputs.datastore

@description('Client id with which jobs of pull requests sign in.')
output pullRequestClientId string = pullRequest.outputs.clientId

@description('Client id with which jobs on main sign in.')
output mainClientId string = main.outputs.clientId

@description('Client id with which jobs that train sign in.')
output trainingClientId string = training.outputs.clientId
