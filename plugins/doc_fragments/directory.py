# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which directory is meant, and how it is reached."""

from __future__ import annotations


class ModuleDocFragment:
    """Fragment ``directory``."""

    DOCUMENTATION = r"""
options:
  transport:
    description:
      - How the directory is reached.
      - V(ldap) reads domain controllers over LDAP. It needs a server, an account that may read, and the Python
        library C(ldap3).
      - V(ldif) reads an export that C(ldifde) or C(ldapsearch) wrote. It needs no server and no rights.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_TRANSPORT) will be
        used instead.
    type: str
    choices: [ldap, ldif]
    default: ldap
  ldif_path:
    description:
      - The export to read, required with O(transport=ldif).
      - It must hold the objects with their C(objectClass). Attributes that it does not hold at all count as
        unknown, not as missing. An export that was cut off is refused.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_LDIF_PATH) will be
        used instead.
    type: path
  server:
    description:
      - The domain controller to connect to, best by its full DNS name, without a scheme.
      - Without it, one is found by the SRV records of O(domain_realm). With O(transport=ldap) one of the two is
        required.
      - Never the global catalog, which lacks half of the attributes.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_SERVER) will be
        used instead.
    type: str
  port:
    description:
      - The TCP port. Without it, 636 with O(tls_mode=ldaps) and 389 otherwise.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_PORT) will be used
        instead.
    type: int
  tls_mode:
    description:
      - How the connection is protected.
      - V(ldaps) speaks TLS from the beginning, V(start_tls) begins it on the ordinary port.
      - V(none) is possible only with O(auth_protocol=negotiate), O(auth_protocol=kerberos) and
        O(auth_protocol=ntlm), which then sign and seal everything themselves. Passwords never go out in clear text.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_TLS_MODE) will be
        used instead.
    type: str
    choices: [ldaps, start_tls, none]
    default: ldaps
  auth_protocol:
    description:
      - How to sign in. Without it, V(certificate) where O(certificate) is set and V(simple) otherwise.
      - V(simple) sends name and password inside TLS. It needs no further library, and no policy for signing or
        channel binding concerns it.
      - V(certificate) signs in with the client certificate of TLS.
      - V(negotiate) uses Kerberos where it can and NTLM elsewhere, V(kerberos) and V(ntlm) only that one. They need
        the Python library C(pyspnego), and for Kerberos its extra C(kerberos). Inside TLS the sign-in is bound to
        the channel.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_AUTH_PROTOCOL) will
        be used instead.
    type: str
    choices: [simple, certificate, negotiate, kerberos, ntlm]
  username:
    description:
      - The account, as C(user@domain) or C(DOMAIN\user). With O(auth_protocol=simple) a DN is possible too.
      - With O(auth_protocol=kerberos) and O(auth_protocol=negotiate) it may be left out with O(password), and an
        existing Kerberos ticket is used then.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_USERNAME) will be
        used instead.
    type: str
  password:
    description:
      - The password of O(username).
      - Do not set E(SYNCREADY_PASSWORD) with the keyword C(environment) of a task. Ansible puts that on a command line,
        where every user of the machine sees it.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_PASSWORD) will be
        used instead.
    type: str
  ca_cert:
    description:
      - The authorities to trust for the certificate of the domain controller, as a PEM file, a directory of PEM files
        or PEM text.
      - Without it, the authorities of the system are trusted; with it, no others.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_CA_CERT) will be
        used instead.
    type: str
  cert_validation:
    description:
      - What must be right about the certificate of the domain controller.
      - V(ignore_hostname) takes a certificate for another name, V(ignore) takes any certificate; use it for tests
        only.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_CERT_VALIDATION)
        will be used instead.
    type: str
    choices: [always, ignore_hostname, ignore]
    default: always
  certificate:
    description:
      - The client certificate, as a PEM file or PEM text. It may hold the key too.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_CERTIFICATE) will
        be used instead.
    type: str
  certificate_key:
    description:
      - The key of O(certificate), as a PEM file or PEM text.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_CERTIFICATE_KEY)
        will be used instead.
    type: str
  certificate_password:
    description:
      - The password that opens the key.
      - If the value is not specified in the task, the value of environment variable
        E(SYNCREADY_CERTIFICATE_PASSWORD) will be used instead.
    type: str
  encrypt:
    description:
      - With O(tls_mode=none), seal what is sent; V(false) only signs it.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_ENCRYPT) will be
        used instead.
    type: bool
    default: true
  connection_timeout:
    description:
      - Seconds to wait for a connection.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_CONNECTION_TIMEOUT)
        will be used instead.
    type: int
    default: 5
  read_timeout:
    description:
      - Seconds to wait for the next bytes of an answer.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_READ_TIMEOUT) will
        be used instead.
    type: int
    default: 120
  domain_realm:
    description:
      - The DNS name of the domain. It is needed only to find a domain controller where O(server) is not set.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_DOMAIN_REALM) will
        be used instead.
    type: str
  page_size:
    description:
      - How many entries to ask for at once. Active Directory gives 1000 at the most, whatever is asked.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_PAGE_SIZE) will be
        used instead.
    type: int
    default: 1000
  max_rate:
    description:
      - How many entries a second to read at the most, to spare the domain controller. Without it, as fast as they
        come.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_MAX_RATE) will be
        used instead.
    type: int
  domains:
    description:
      - The domains of the forest to read, by DNS name. V(all) stands for every domain.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_DOMAINS) will be
        used instead.
    type: list
    elements: str
    default: [all]
  domain_controllers:
    description:
      - Which domain controller to ask about which domain. The keys are DNS names of domains, the values those of
        domain controllers.
      - For domains that are not named here, one is found by SRV records. O(server) serves its own domain.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_DOMAIN_CONTROLLERS)
        will be used instead.
    type: dict
    default: {}
  search_bases:
    description:
      - DNs of OUs to read instead of whole domains. What lies elsewhere is not seen, neither duplicates there nor
        groups.
    type: list
    elements: str
    default: []
notes:
  - Run the modules of this collection on the controller, with C(ansible_connection=local) and
    C(ansible_python_interpreter={{ ansible_playbook_python }}), one inventory host for each forest.
requirements:
  - Python >= 3.10
  - ldap3 >= 2.9.1 for O(transport=ldap)
  - pyspnego >= 0.10.0 for O(auth_protocol=negotiate), O(auth_protocol=kerberos) and O(auth_protocol=ntlm), with its extra
    C(kerberos) for Kerberos
  - publicsuffixlist
  - idna
  - PyYAML
"""
