// A user-assigned identity, and the platforms whose tokens it accepts. Nobody knows a secret of it, because there is none.

import { federatedCredential, tagSet } from 'types.bicep'

@description('Name of the identity.')
@minLength(3)
@maxLength(128)
param name string

@description('Azure region.')
param location string

@description('Tags of the identity.')
param tags tagSet

@description('Tokens that the identity accepts.')
@maxLength(20)
param federatedCredentials federatedCredential[]

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

// Writes below one identity must follow one another, else the service answers 409.
@batchSize(1)
resource credentials 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2024-11-30' = [
  for credential in federatedCredentials: {
    parent: identity
    name: credential.name
    properties: {
      issuer: credential.issuer
      subject: credential.subject
      audiences: ['api://AzureADTokenExchange']
    }
  }
]

@description('Resource id, by which a workspace or a cluster uses the identity.')
output id string = identity.id

@description('Object id, to which roles are assigned.')
output principalId string = identity.properties.principalId

@description('Client id, with which a pipeline signs in.')
output clientId string = identity.properties.clientId
