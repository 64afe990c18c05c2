// The registry of the training image. Its roles are limited to repositories, so that a pull request cannot replace the image of main.

import { roleIds, tagSet } from 'types.bicep'

@description('Name of the registry: 5 to 50 letters and digits, unique in Azure.')
@minLength(5)
@maxLength(50)
param name string

@description('Azure region.')
param location string

@description('Tags of the registry.')
param tags tagSet

@description('Tier of the registry. Roles that are limited to repositories work in each.')
@allowed(['Basic', 'Standard', 'Premium'])
param sku string

@description('Repository of the training image. Pull requests push to pr/ and this name.')
param imageRepository string

@description('Object id of the identity of pull requests.')
param pullRequestPrincipalId string

@description('Object id of the identity of main.')
param mainPrincipalId string

@description('Object id of the identity that starts training.')
param trainingPrincipalId string

@description('Object id of the identity of the clusters, which pull the image.')
param computePrincipalId string

@description('Object id of the identity of the workspace.')
param workspacePrincipalId string

var pullRequestRepository = 'pr/${imageRepository}'
var repositories = 'Microsoft.ContainerRegistry/registries/repositories'
var reading = '!(ActionMatches{\'${repositories}/content/read\'}) AND !(ActionMatches{\'${repositories}/metadata/read\'})'
// An action that is missing here would stay unlimited.
var writing = '${reading} AND !(ActionMatches{\'${repositories}/content/write\'}) AND !(ActionMatches{\'${repositories}/metadata/write\'})'
var isPullRequestRepository = '@Request[${repositories}:name] StringEqualsIgnoreCase \'${pullRequestRepository}\''
var isImageRepository = '@Request[${repositories}:name] StringEqualsIgnoreCase \'${imageRepository}\''

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: sku }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
    dataEndpointEnabled: false
    publicNetworkAccess: 'Enabled'
    // AcrPull and AcrPush have no effect in this mode. Each role below names its repositories.
    roleAssignmentMode: 'AbacRepositoryPermissions'
    policies: {
      azureADAuthenticationAsArmPolicy: { status: 'enabled' }
    }
  }
}

resource pullRequestPush 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(registry.id, 'pull-request', roleIds['Container Registry Repository Writer'])
  scope: registry
  properties: {
    description: 'Pushes the image of a pull request, and can reach no other repository.'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds['Container Registry Repository Writer'])
    principalId: pullRequestPrincipalId
    principalType: 'ServicePrincipal'
    condition: '((${writing}) OR (${isPullRequestRepository}))'
    conditionVersion: '2.0'
  }
}

resource mainPush 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(registry.id, 'main', roleIds['Container Registry Repository Writer'])
  scope: registry
  properties: {
    description: 'Pushes the image of main, and reads nothing that a pull request pushed.'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds['Container Registry Repository Writer'])
    principalId: mainPrincipalId
    principalType: 'ServicePrincipal'
    condition: '((${writing}) OR (${isImageRepository}))'
    conditionVersion: '2.0'
  }
}

resource trainingPush 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(registry.id, 'training', roleIds['Container Registry Repository Writer'])
  scope: registry
  properties: {
    description: 'Finds the image of the approved commit, or builds and pushes it, and reads nothing that a pull request pushed.'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds['Container Registry Repository Writer'])
    principalId: trainingPrincipalId
    principalType: 'ServicePrincipal'
    condition: '((${writing}) OR (${isImageRepository}))'
    conditionVersion: '2.0'
  }
}

resource computePull 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(registry.id, 'compute', roleIds['Container Registry Repository Reader'])
  scope: registry
  properties: {
    description: 'Pulls the image of a job, and none that a pull request pushed.'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds['Container Registry Repository Reader'])
    principalId: computePrincipalId
    principalType: 'ServicePrincipal'
    condition: '((${reading}) OR (${isImageRepository}))'
    conditionVersion: '2.0'
  }
}

resource workspaceControl 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(registry.id, 'workspace', roleIds.Contributor)
  scope: registry
  properties: {
    description: 'The workspace reads its registry. In this mode of the registry the role opens no image.'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.Contributor)
    principalId: workspacePrincipalId
    principalType: 'ServicePrincipal'
  }
}

@description('Resource id of the registry.')
output id string = registry.id

@description('Host of the registry: REGISTRY of the environment config.')
output loginServer string = registry.properties.loginServer
