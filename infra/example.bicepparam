// An example: copy it to infra/NAME.bicepparam and replace everything that begins with "your-". Provision refuses a file that still has
// such a value. There is no secret in it.

using 'main.bicep'

param name = 'dev'
param location = 'westeurope'
param imageRepository = 'model-training'

// The whole subject of a token, compared exactly. A repository that was created, renamed or transferred after 15 July 2026 has the form
// repo:OWNER@OWNER-ID/REPOSITORY@REPOSITORY-ID:…; an older one has repo:OWNER/REPOSITORY:…. docs/getting-started.md says how to find it.
param pullRequestCredentials = [
  {
    name: 'github-pull-request'
    issuer: 'https://token.actions.githubusercontent.com'
    subject: 'repo:your-organisation@your-organisation-id/your-repository@your-repository-id:pull_request'
  }
  {
    // Azure DevOps: issuer and subject as the service connection shows them.
    name: 'azure-devops-pull-request'
    issuer: 'https://login.microsoftonline.com/your-tenant-id/v2.0'
    subject: 'your-subject-of-the-service-connection-model-training-pull-request'
  }
]

param mainCredentials = [
  {
    name: 'github-main'
    issuer: 'https://token.actions.githubusercontent.com'
    subject: 'repo:your-organisation@your-organisation-id/your-repository@your-repository-id:ref:refs/heads/main'
  }
]

// An environment in the subject: GitHub gives out the token only after the reviewers of that environment have approved the job.
param trainingCredentials = [
  {
    name: 'github-training'
    issuer: 'https://token.actions.githubusercontent.com'
    subject: 'repo:your-organisation@your-organisation-id/your-repository@your-repository-id:environment:training'
  }
]

param clusters = [
  {
    name: 'gpu'
    vmSize: 'Standard_NC4as_T4_v3'
    maxNodes: 3
    vmPriority: 'Dedicated'
    idleMinutes: 15
  }
]

param costs = {
  amount: 300
  startDate: '2027-01-01'
  contactEmails: ['your-team@example.com']
}
