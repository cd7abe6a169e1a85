#!/bin/sh
# Registers the two Entra applications: one protects API and console, the other posts. Prints what the settings need and no
# secret; each step that exists already is left as it is. Needs az, signed in as an application administrator, and jq.
#   register-applications.sh https://reports.contoso.example/ [vault]
# With a vault, the first application's client secret is made and goes straight into it (access-client-secret).
set -eu

address=${1:?the public address, such as https://reports.contoso.example/}
vault=${2:-}
here=$(dirname "$0")
manifest=$here/../entra/permissions.json
graph=00000003-0000-0000-c000-000000000000

id_of() { az ad app list --display-name "$1" --query '[0].appId' --output tsv; }
stable_id() { printf '%s' "$1" | sha256sum | sed 's/^\(.\{8\}\)\(.\{4\}\).\(.\{3\}\).\(.\{3\}\)\(.\{12\}\).*/\1-\2-5\3-8\4-\5/'; }

api=$(id_of 'TeamsWorkflows')
if [ -z "$api" ]; then
  api=$(az ad app create --display-name 'TeamsWorkflows' --sign-in-audience AzureADMyOrg \
    --web-redirect-uris "${address}signin-oidc" --query appId --output tsv)
  az ad sp create --id "$api" --output none
fi
roles=$(jq '[.api.roles[] | {value, displayName: .value, description: .reason, allowedMemberTypes: .members, isEnabled: true}]' "$manifest" |
  jq --argjson ids "$(for role in Publisher Operator Administrator Approver; do stable_id "teamsworkflows role $role"; echo; done | jq -R . | jq -s .)" \
    '[., $ids] | transpose | map(.[0] + {id: .[1]})')
az ad app update --id "$api" --identifier-uris "$(jq -r .api.identifierUri "$manifest")" --app-roles "$roles" \
  --set "api=$(jq --arg id "$(stable_id 'teamsworkflows scope')" -c '{requestedAccessTokenVersion: 2, oauth2PermissionScopes: [{id: $id,
    value: .api.scope.value, type: "User", isEnabled: true, adminConsentDisplayName: "Use TeamsWorkflows",
    adminConsentDescription: .api.scope.reason}]}' "$manifest")"

poster=$(id_of 'TeamsWorkflows connector')
if [ -z "$poster" ]; then
  poster=$(az ad app create --display-name 'TeamsWorkflows connector' --sign-in-audience AzureADMyOrg \
    --web-redirect-uris "${address}signin/callback" --query appId --output tsv)
  az ad sp create --id "$poster" --output none
fi
for permission in $(jq -r '.graph[] | select(.type == "delegated") | .permission' "$manifest"); do
  scope=$(az ad sp show --id $graph --query "oauth2PermissionScopes[?value=='$permission'].id | [0]" --output tsv)
  az ad app permission add --id "$poster" --api $graph --api-permissions "$scope=Scope" --only-show-errors
done

if [ -n "$vault" ] && ! az keyvault secret show --vault-name "$vault" --name access-client-secret >/dev/null 2>&1; then
  secret=$(az ad app credential reset --id "$api" --append --display-name console --years 1 --query password --output tsv)
  printf '%s' "$secret" | az keyvault secret set --vault-name "$vault" --name access-client-secret --file /dev/stdin --encoding utf-8 --output none
fi

echo "Access:ClientId, Access:Audience   $api"
echo "Connections:0:ClientId             $poster   (prove it by a certificate: az ad app credential reset --create-cert --keyvault ...)"
echo "Then an administrator consents:    az ad app permission admin-consent --id $poster"
