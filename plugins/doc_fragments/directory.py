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
      - V(winrm) asks a Windows computer to pass LDAP requests on, for sites that open no LDAP port to where Ansible runs.
        It needs the Python library C(pywinrm), and nothing on that computer but WinRM and Windows PowerShell. It is
        experimental, because no release of it was proven on Windows itself yet; M(syncready.m365.connection_info) proves
        it where you are.
      - V(ldif) reads an export that C(ldifde) or C(ldapsearch) wrote. It needs no server and no rights.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_TRANSPORT) will be
        used instead.
    type: str
    choices: [ldap, winrm, ldif]
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
      - With O(transport=winrm) it is the domain controller that O(winrm_host) signs in to, and O(winrm_host) itself
        where it is not set.
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
      - Without it, V(ldaps); with O(transport=winrm), where it is about the way from O(winrm_host) to the domain
        controller, V(none).
      - V(ldaps) speaks TLS from the beginning, V(start_tls) begins it on the ordinary port.
      - V(none) is possible only with O(auth_protocol=negotiate), O(auth_protocol=kerberos) and
        O(auth_protocol=ntlm), which then sign and seal everything themselves. Passwords never go out in clear text.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_TLS_MODE) will be
        used instead.
    type: str
    choices: [ldaps, start_tls, none]
  auth_protocol:
    description:
      - How to sign in to the domain controller. Without it, V(certificate) where O(certificate) is set and V(simple)
        otherwise; with O(transport=winrm) V(negotiate), and V(certificate) is not possible.
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
      - With O(transport=winrm) it goes to O(winrm_host) inside what is sealed or inside TLS, never on a command line, and
        only where the host cannot sign in to the domain controller by itself.
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
      - With O(transport=winrm) O(winrm_host) judges the domain controller's certificate, by what Windows trusts, and
        O(winrm_ca_trust_path) is about its own certificate.
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
  winrm_host:
    description:
      - The Windows computer to sign in to, by its DNS name; required with O(transport=winrm). Best it is a domain
        controller, because then nothing has to be handed on.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_WINRM_HOST) will be
        used instead.
    type: str
  winrm_port:
    description:
      - Its TCP port. Without it, 5986 with O(winrm_scheme=https) and 5985 with O(winrm_scheme=http).
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_WINRM_PORT) will be
        used instead.
    type: int
  winrm_scheme:
    description:
      - V(http) is protected too where O(winrm_transport) is V(ntlm), V(kerberos) or V(credssp), because then
        every message is sealed.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_WINRM_SCHEME) will be
        used instead.
    type: str
    choices: [https, http]
    default: https
  winrm_path:
    description:
      - The path of the service.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_WINRM_PATH) will be
        used instead.
    type: str
    default: wsman
  winrm_transport:
    description:
      - How to sign in to O(winrm_host).
      - V(kerberos) needs C(pywinrm) with its extra C(kerberos) and the program C(kinit), V(credssp) the extra
        C(credssp).
      - V(certificate) and V(ssl) with O(winrm_cert_pem) sign in with a client certificate, V(basic) and V(ssl) with
        name and password; Windows takes both from local accounts only.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_WINRM_TRANSPORT) will
        be used instead.
    type: str
    choices: [ntlm, kerberos, credssp, certificate, ssl, basic]
    default: ntlm
  winrm_user:
    description:
      - The account for O(winrm_host), as C(user@domain) or C(DOMAIN\user). Without it, O(username), and without
        O(username) it is the account for the domain controller too.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_WINRM_USER) will be
        used instead.
    type: str
  winrm_password:
    description:
      - The password of O(winrm_user). Without it, O(password).
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_WINRM_PASSWORD) will
        be used instead.
    type: str
  winrm_ca_trust_path:
    description:
      - The authorities to trust for the certificate of O(winrm_host), as a PEM file or as a directory that
        C(c_rehash) made.
      - Without it, the authorities of the system are trusted; with it, no others.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_WINRM_CA_TRUST_PATH)
        will be used instead.
    type: path
  winrm_server_cert_validation:
    description:
      - V(ignore) takes any certificate; use it for tests only.
      - If the value is not specified in the task, the value of environment variable
        E(SYNCREADY_WINRM_SERVER_CERT_VALIDATION) will be used instead.
    type: str
    choices: [validate, ignore]
    default: validate
  winrm_message_encryption:
    description:
      - Whether messages are sealed. V(auto) seals them with O(winrm_scheme=http) only.
      - V(never) with O(winrm_scheme=http) is refused.
      - If the value is not specified in the task, the value of environment variable
        E(SYNCREADY_WINRM_MESSAGE_ENCRYPTION) will be used instead.
    type: str
    choices: [auto, always, never]
    default: auto
  winrm_allow_unencrypted:
    description:
      - Send passwords and data in clear text where the other options say so; use it for tests only.
      - If the value is not specified in the task, the value of environment variable
        E(SYNCREADY_WINRM_ALLOW_UNENCRYPTED) will be used instead.
    type: bool
    default: false
  winrm_cert_pem:
    description:
      - A PEM file with the client certificate.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_WINRM_CERT_PEM) will
        be used instead.
    type: path
  winrm_cert_key_pem:
    description:
      - A PEM file with its key.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_WINRM_CERT_KEY_PEM)
        will be used instead.
    type: path
  winrm_kerberos_delegation:
    description:
      - Hand the Kerberos ticket on, so that O(winrm_host) can sign in to the domain controller with it. The computer
        must be trusted for delegation.
      - If the value is not specified in the task, the value of environment variable
        E(SYNCREADY_WINRM_KERBEROS_DELEGATION) will be used instead.
    type: bool
    default: false
  winrm_kerberos_hostname_override:
    description:
      - The name of O(winrm_host) for Kerberos, where it is another one.
      - If the value is not specified in the task, the value of environment variable
        E(SYNCREADY_WINRM_KERBEROS_HOSTNAME_OVERRIDE) will be used instead.
    type: str
  winrm_kinit_mode:
    description:
      - V(managed) gets a ticket with O(winrm_password) into a file of its own, which is removed at the end. V(manual)
        uses an existing ticket, as does V(managed) where there is no password.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_WINRM_KINIT_MODE)
        will be used instead.
    type: str
    choices: [managed, manual]
    default: managed
  winrm_kinit_cmd:
    description:
      - The program that gets the ticket.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_WINRM_KINIT_CMD) will
        be used instead.
    type: str
    default: kinit
  winrm_kinit_args:
    description:
      - Its arguments, instead of C(-f) with O(winrm_kerberos_delegation=true) and none otherwise.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_WINRM_KINIT_ARGS)
        will be used instead.
    type: str
  winrm_send_cbt:
    description:
      - Bind the sign-in to the TLS channel.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_WINRM_SEND_CBT) will
        be used instead.
    type: bool
    default: true
  winrm_proxy:
    description:
      - The URL of a proxy. Without it there is none, whatever the environment says.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_WINRM_PROXY) will be
        used instead.
    type: str
  winrm_operation_timeout_sec:
    description:
      - Seconds after which O(winrm_host) answers that there is nothing yet; 1 to 60.
      - If the value is not specified in the task, the value of environment variable
        E(SYNCREADY_WINRM_OPERATION_TIMEOUT_SEC) will be used instead.
    type: int
    default: 20
  winrm_read_timeout_sec:
    description:
      - Seconds to wait for an answer of O(winrm_host) or for a connection; more than O(winrm_operation_timeout_sec).
      - If the value is not specified in the task, the value of environment variable
        E(SYNCREADY_WINRM_READ_TIMEOUT_SEC) will be used instead.
    type: int
    default: 30
  winrm_compression:
    description:
      - Let entries travel as gzip, which is much faster wherever the network is not.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_WINRM_COMPRESSION)
        will be used instead.
    type: bool
    default: true
notes:
  - Run the modules of this collection on the controller, with C(ansible_connection=local) and
    C(ansible_python_interpreter={{ ansible_playbook_python }}), one inventory host for each forest.
requirements:
  - Python >= 3.10
  - ldap3 >= 2.9.1 for O(transport=ldap)
  - pywinrm >= 0.5.0 for O(transport=winrm), with its extras C(kerberos) and C(credssp) for those ways to sign in
  - pyspnego >= 0.10.0 for O(auth_protocol=negotiate), O(auth_protocol=kerberos) and O(auth_protocol=ntlm), with its extra
    C(kerberos) for Kerberos
  - publicsuffixlist
  - idna
  - PyYAML
"""
