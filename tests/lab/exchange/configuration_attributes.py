# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The attributes of Exchange's own configuration objects: servers, databases, hybrid, OAuth, domains, policies."""

from __future__ import annotations

from .attributes import Attribute

SCHEMA_VERSION = 17003
"""rangeUpper of ms-Exch-Schema-Version-Pt: Exchange 2019 CU10 and later, and Exchange SE."""

VERSION_POINT = Attribute("msExchSchemaVersionPt", upper=SCHEMA_VERSION, common_name="ms-Exch-Schema-Version-Pt")

SERVERS: tuple[Attribute, ...] = (
    Attribute("msExchServerSite", "dn"),
    Attribute("msExchCurrentServerRoles", "integer"),
    Attribute("msExchServerRole", "integer"),
    Attribute("msExchProductID"),
    Attribute("msExchInstallPath"),
    Attribute("msExchDataPath"),
    Attribute("msExchMDBAvailabilityGroupLink", "dn"),
)

DATABASES: tuple[Attribute, ...] = (
    Attribute("msExchOwningServer", "dn"),
    Attribute("msExchMasterServerOrAvailabilityGroup", "dn"),
    Attribute("msExchHostServerLink", "dn"),
    Attribute("msExchEDBFile"),
    Attribute("msExchDatabaseGroup"),
    Attribute("msExchActivationPreference", "integer"),
    Attribute("msExchDatabaseCreated", "boolean"),
    Attribute("msExchFileShareWitness"),
    Attribute("msExchFileShareWitnessDirectory"),
    Attribute("msExchReplicationPort", "integer"),
)

HYBRID: tuple[Attribute, ...] = (
    Attribute("msExchCoexistenceDomains", single=False),
    Attribute("msExchCoexistenceFeatureFlags", "integer"),
    Attribute("msExchCoexistenceSecureMailCertificateThumbprint"),
    Attribute("msExchCoexistenceOnPremisesSmartHost"),
    Attribute("msExchCoexistenceServers", "dn", single=False),
    Attribute("msExchCoexistenceTransportServers", "dn", single=False),
    Attribute("msExchCoexistenceEdgeTransportServers", "dn", single=False),
    Attribute("msExchCoexistenceFrontendTransportServers", "dn", single=False),
    Attribute("msExchCoexistenceExternalIPAddresses", single=False),
)

OAUTH: tuple[Attribute, ...] = (
    Attribute("msExchAuthAuthServerType", "integer"),
    Attribute("msExchAuthIssuerName"),
    Attribute("msExchAuthIssuingUrl"),
    Attribute("msExchAuthAuthorizationUrl"),
    Attribute("msExchAuthMetadataUrl"),
    Attribute("msExchAuthRealm"),
    Attribute("msExchAuthApplicationIdentifier"),
    Attribute("msExchAuthFlags", "integer"),
    Attribute("msExchAuthLinkedAccount", "dn"),
    Attribute("msExchAuthCertificateData", "octets", single=False),
)

ORGANISATION: tuple[Attribute, ...] = (
    Attribute("msExchAcceptedDomainName"),
    Attribute("msExchAcceptedDomainFlags", "integer"),
    Attribute("msExchExternalHostName"),
    Attribute("msExchInternalHostName"),
    Attribute("msExchPurportedSearchUI", single=False),
    Attribute("msExchPolicyOrder", "integer"),
    Attribute("msExchPolicyEnabled", "boolean"),
    Attribute("msExchPolicyRoots", "dn", single=False),
    Attribute("msExchPolicyOptionList", "octets", single=False),
    Attribute("gatewayProxy", single=False),
    Attribute("disabledGatewayProxy", single=False),
    Attribute("msExchRecipientFilterFlags", "integer"),
    Attribute("msExchQueryFilter"),
    Attribute("msExchQueryFilterMetadata", single=False),
    Attribute("msExchFilterContainer", "dn"),
    Attribute("msExchDynamicDLBaseDN", "dn"),
    Attribute("msExchDynamicDLFilter"),
    Attribute("msExchMixedMode", "boolean"),
    Attribute("msExchConfigurationXML"),
    Attribute("msExchConfigXML"),
    Attribute("msExchOrganizationFlags", "integer"),
    Attribute("msExchMicrosoftExchangeRecipientEmailAddresses", single=False),
    Attribute("msExchFederationFlags", "integer"),
    Attribute("msExchFedAccountNamespace", single=False),
    Attribute("msExchFedApplicationId"),
    Attribute("msExchFedTargetApplicationURI"),
    Attribute("msExchFedDomainNames", single=False),
    Attribute("msExchProvisioningFlags", "integer"),
    Attribute("msExchAddressListFlags", "integer"),
)
