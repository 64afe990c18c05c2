// Types and role ids that several modules use. This file deploys nothing.

@export()
@description('A token of another platform that an identity accepts as its own sign-in.')
type federatedCredential = {
  @description('Name of the credential: 3 to 120 letters, digits, dashes or underscores.')
  @minLength(3)
  @maxLength(120)
  name: string

  @description('Issuer of the token. GitHub: https://token.actions.githubusercontent.com. Azure DevOps: the issuer that the service connection shows.')
  @maxLength(600)
  issuer: string

  @description('Whole subject of the token, compared exactly and without wildcards.')
  @maxLength(600)
  subject: string
}

@export()
@description('A cluster of virtual machines that starts nodes for jobs and stops them when they are idle.')
type cluster = {
  @description('Name of the cluster: COMPUTE_NAME of an experiment. 2 to 32 letters, digits or dashes.')
  @minLength(2)
  @maxLength(32)
  name: string

  @description('Size of a node, such as Standard_NC4as_T4_v3.')
  vmSize: string

  @description('Largest number of nodes at a time. The quota of the subscription must allow them.')
  @minValue(1)
  maxNodes: int

  @description('LowPriority nodes cost less and can be taken away.')
  vmPriority: 'Dedicated' | 'LowPriority'

  @description('Minutes without a job after which a node stops.')
  @minValue(1)
  idleMinutes: int
}

@export()
@description('An alert for the cost of the resource group. It reports cost and stops nothing.')
type budget = {
  @description('Cost per month in the currency of the subscription.')
  @minValue(1)
  amount: int

  @description('First day of a month, such as 2027-01-01, not before the current month. It cannot change later.')
  @minLength(10)
  @maxLength(10)
  startDate: string

  @description('Mail addresses that receive the alerts.')
  @minLength(1)
  contactEmails: string[]
}

@export()
@description('Tags of a resource by name.')
type tagSet = {
  *: string
}

@export()
@description('Ids of the built-in roles that this deployment assigns. infra/roles.json says which target needs which.')
var roleIds = {
  'AzureML Compute Operator': 'e503ece1-11d0-4e8e-8e2c-7a6c3bf38815'
  'AzureML Data Scientist': 'f6c7c914-8db3-469d-8ca1-694a8f32e121'
  'Container Registry Repository Reader': 'b93aa761-3e63-49ed-ac28-beffa264f7ac'
  'Container Registry Repository Writer': '2a1e307c-b015-4ebd-883e-5b7698a07328'
  Contributor: 'b24988ac-6180-42a0-ab88-20f7382dd24c'
  'Key Vault Administrator': '00482a5a-887f-4fb3-b363-3b7fe8e74483'
  'Storage Blob Data Contributor': 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  'Storage Blob Data Reader': '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'
  'Storage File Data Privileged Contributor': '69566ab7-960f-475b-8e7c-b3118f30c6bd'
}
