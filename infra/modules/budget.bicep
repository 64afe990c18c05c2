// Alerts by mail at 50, 80 and 100 percent of a monthly cost, and when the forecast exceeds it. Nothing is stopped.

import { budget } from 'types.bicep'

@description('Name of the budget.')
param name string

@description('Amount, first month and addresses.')
param settings budget

resource costs 'Microsoft.Consumption/budgets@2026-06-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: settings.amount
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: settings.startDate
    }
    notifications: {
      half: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 50
        thresholdType: 'Actual'
        contactEmails: settings.contactEmails
      }
      most: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: settings.contactEmails
      }
      all: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 100
        thresholdType: 'Actual'
        contactEmails: settings.contactEmails
      }
      forecast: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: settings.contactEmails
      }
    }
  }
}
