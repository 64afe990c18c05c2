namespace Experiments.Plans;

/// <summary>The authentication of the workspace at the storage account of a datastore. The secret itself is never part of a plan.</summary>
public enum DatastoreAuthentication
{
    Identity,
    AccountKey,
    Sas,
}
