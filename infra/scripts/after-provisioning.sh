#!/bin/sh
# What a template cannot do: the key ring's certificate, and the product's role in the database. Run as one of the
# administrators' group, with az signed in and psql at hand; a second run changes nothing.
set -eu

: "${vaultName:?from the deployment's outputs}" "${databaseHost:?from the deployment's outputs}" "${appIdentityName:?from the deployment's outputs}"
here=$(dirname "$0")

if ! az keyvault certificate show --vault-name "$vaultName" --name key-ring >/dev/null 2>&1; then
  az keyvault certificate create --vault-name "$vaultName" --name key-ring --policy @"$here/key-ring-policy.json" --output none
fi

PGPASSWORD=$(az account get-access-token --resource-type oss-rdbms --query accessToken --output tsv)
PGUSER=${TEAMSWORKFLOWS_ADMINISTRATORS:?the name of the administrators\' group}
export PGPASSWORD PGUSER PGHOST="$databaseHost" PGSSLMODE=verify-full PGSSLROOTCERT=system

psql --quiet --dbname postgres --set ON_ERROR_STOP=1 --set role="$appIdentityName" <<'SQL'
SELECT pgaadauth_create_principal(:'role', false, false)
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role');
SQL
psql --quiet --dbname teamsworkflows --set ON_ERROR_STOP=1 --set role="$appIdentityName" <<'SQL'
GRANT CREATE ON DATABASE teamsworkflows TO :"role"; -- its own schemas, and nothing in public
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
SQL
