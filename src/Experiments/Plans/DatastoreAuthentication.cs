namespace Experiments.Plans;

/// <summary>How the workspace reaches the storage account of a datastore. The secret itself is never part of a plan.</summary>
public enum DatastoreAuthentication
{
    Identity,
    AccountKey,
    Sas,
}
