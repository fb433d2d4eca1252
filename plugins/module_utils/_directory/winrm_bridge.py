# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The PowerShell texts that run on the WinRM host, and how they get there.

Both are constant: nothing is ever put into them, so what a host's logs show of them holds no value and no secret.
The first goes on the command line, where it must be short; it reads the second from standard input, checks its
length and hash, and runs it. The second passes requests on to a domain controller and answers back (see
``winrm_protocol``). It is plain text for Windows PowerShell 3.0 and newer: no compiled code, no module, no file.
"""

from __future__ import annotations

import base64
import hashlib

BOOTSTRAP = r"""
$ProgressPreference='SilentlyContinue'
$ErrorActionPreference='Stop'
$m="$($ExecutionContext.SessionState.LanguageMode)"
if($m -ne 'FullLanguage'){'{"t":"fatal","code":"language-mode","msg":"'+$m+'"}';exit 95}
$r=New-Object System.IO.StreamReader([Console]::OpenStandardInput(),(New-Object System.Text.UTF8Encoding($false)),$false,65536)
$h=$r.ReadLine().Split(' ')
$n=[int]$h[0];$c=New-Object 'char[]' $n;$k=0
while($k -lt $n){$g=$r.Read($c,$k,$n-$k);if($g -le 0){'{"t":"fatal","code":"short-script","msg":"'+$k+'"}';exit 96};$k+=$g}
$s=New-Object System.String(,$c)
$d=[BitConverter]::ToString([System.Security.Cryptography.SHA256]::Create().ComputeHash([System.Text.Encoding]::ASCII.GetBytes($s))).Replace('-','')
if($d -ne $h[1]){'{"t":"fatal","code":"script-hash","msg":"'+$d+'"}';exit 97}
& ([ScriptBlock]::Create($s)) $r
""".strip()

BRIDGE = r"""
param($Reader)
# LDAP proxy: one request a line on standard input, JSON lines on standard output. It decides nothing: the caller does.
# Windows PowerShell 3.0 to 5.1 with .NET Framework 4.5 or later; PowerShell 7 as well.
# ASCII only, no RSAT, no ADWS, nothing compiled, nothing written to disk.
#
# Request:  ID OPERATION NAME=VALUE ... end=1
# ID is an increasing number; text and bytes are base64, numbers and words plain
#   hello   nonce= [idle=milliseconds]
#   bind    server= port= auth= tls=none|ldaps|starttls [user= password= domain=] [sign=1 seal=1] [gzip=1]
#           [timeout=seconds]
#   search  base= filter= scope= [attribute= ...] [control=OID:CRITICAL:VALUE ...] [page=] [size=]
#   modify  dn= [change=ATTRIBUTE:Add|Delete|Replace:VALUE,VALUE ...] [control= ...]
#   echo    [data=] [lines=]               for checks of the way: a digest of what came, lines of 64 KB back
#   ping, bye
# Answer:   {"t":"hello"|"done"|"err"|"bye"} ends a request
# Before it come entries "e" (or gzipped pages of them "z"), references "r", progress "p"
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
Add-Type -AssemblyName System.DirectoryServices.Protocols
$Utf8 = New-Object System.Text.UTF8Encoding($false)
$Writer = New-Object System.IO.StreamWriter([Console]::OpenStandardOutput(), $Utf8, 65536)
$Page = New-Object System.Text.StringBuilder 131072
$ToBase64 = [Delegate]::CreateDelegate([Converter[byte[],string]], [Convert].GetMethod('ToBase64String', [type[]]@([byte[]])))
$State = @{ Connection = $null; Timeout = [TimeSpan]::FromSeconds(120); Gzip = $false; Last = 0; Lines = 0 }
$State.IdleMilliseconds = 600000

function ConvertTo-Base64([string]$Text) { return [Convert]::ToBase64String($Utf8.GetBytes($Text)) }

function ConvertFrom-Base64([string]$Text) { return $Utf8.GetString([Convert]::FromBase64String($Text)) }

function Send-Line([string]$Line) {
    $State.Lines++
    $Writer.Write($Line)
    $Writer.Write("`n")
}

function Read-Request([string]$Line) {
    $words = $Line.Split(' ')
    $request = @{ id = [int]$words[0]; operation = $words[1]; attribute = @(); control = @(); change = @() }
    for ($i = 2; $i -lt $words.Length; $i++) {
        $name, $value = $words[$i].Split([char[]]'=', 2)
        if ($request.ContainsKey($name)) { $request[$name] += $value }
        else { $request[$name] = $value }
    }
    return $request
}

function Get-Text($Request, [string]$Name) {
    if (-not $Request.ContainsKey($Name)) { return '' }
    return ConvertFrom-Base64 $Request[$Name]
}

function Get-Word($Request, [string]$Name, $Default) {
    if ($Request.ContainsKey($Name)) { return $Request[$Name] }
    return $Default
}

function Add-Control($Target, $Request) {
    foreach ($text in $Request.control) {
        $oid, $critical, $value = $text.Split(':')
        $bytes = $null
        if ($value.Length -gt 0) { $bytes = [Convert]::FromBase64String($value) }
        $control = New-Object System.DirectoryServices.Protocols.DirectoryControl($oid, $bytes, ($critical -eq '1'), $true)
        [void]$Target.Controls.Add($control)
    }
}

function Format-Control($Controls) {
    $parts = @()
    foreach ($control in $Controls) {
        if ($control -is [System.DirectoryServices.Protocols.PageResultResponseControl]) { continue }
        $parts += '{"oid":"' + $control.Type + '","value":"' + [Convert]::ToBase64String($control.GetValue()) + '"}'
    }
    return '[' + ($parts -join ',') + ']'
}

# One call for a whole page: a function call for each entry would cost more than all the rest.
function Send-Entry([int]$Id, $Entries) {
    if ($Entries.Count -eq 0) { return }
    $head = '{"t":"e","i":' + $Id + ',"d":"'
    foreach ($entry in $Entries) {
        [void]$Page.Append($head).Append([Convert]::ToBase64String($Utf8.GetBytes($entry.DistinguishedName))).Append('","a":{')
        $comma = '"'
        # .Values, not .AttributeNames: the collection lower-cases its keys, .Name keeps the server's spelling
        foreach ($attribute in $entry.Attributes.Values) {
            [void]$Page.Append($comma).Append($attribute.Name).Append('":[')
            $comma = ',"'
            # a range answer also carries the bare attribute, without values
            if ($attribute.Count -gt 0) {
                $values = [string]::Join('","', [Array]::ConvertAll($attribute.GetValues([byte[]]), $ToBase64))
                [void]$Page.Append('"').Append($values).Append('"')
            }
            [void]$Page.Append(']')
        }
        [void]$Page.Append("}}`n")
    }
    if ($State.Gzip) {
        $packed = New-Object System.IO.MemoryStream
        $zip = New-Object System.IO.Compression.GZipStream($packed, [System.IO.Compression.CompressionMode]::Compress, $true)
        $bytes = $Utf8.GetBytes($Page.ToString())
        $zip.Write($bytes, 0, $bytes.Length)
        $zip.Close()
        Send-Line ('{"t":"z","i":' + $Id + ',"b":"' + [Convert]::ToBase64String($packed.ToArray()) + '"}')
    }
    else {
        $Writer.Write($Page.ToString())
        $State.Lines += $Entries.Count
    }
    [void]$Page.Clear()
}

function Invoke-Bind($Request) {
    $server = Get-Text $Request 'server'
    $port = [int](Get-Word $Request 'port' 389)
    $identifier = New-Object System.DirectoryServices.Protocols.LdapDirectoryIdentifier($server, $port, $true, $false)
    $connection = New-Object System.DirectoryServices.Protocols.LdapConnection($identifier)
    $connection.AuthType = [System.DirectoryServices.Protocols.AuthType](Get-Word $Request 'auth' 'Negotiate')
    $State.Timeout = [TimeSpan]::FromSeconds([int](Get-Word $Request 'timeout' 120))
    $connection.Timeout = $State.Timeout
    if ($Request.ContainsKey('user')) {
        # properties, not cmdlet parameters: module logging writes the latter down
        $credential = New-Object System.Net.NetworkCredential
        $credential.UserName = Get-Text $Request 'user'
        $credential.Password = Get-Text $Request 'password'
        $credential.Domain = Get-Text $Request 'domain'
        $connection.Credential = $credential
    }
    $options = $connection.SessionOptions
    $options.ProtocolVersion = 3
    $options.ReferralChasing = [System.DirectoryServices.Protocols.ReferralChasingOptions]::None
    # elsewhere (tests under PowerShell 7) libldap has no such option and never reconnects
    if ([Environment]::OSVersion.Platform -eq [PlatformID]::Win32NT) { $options.AutoReconnect = $false }
    if ($Request.ContainsKey('sign')) { $options.Signing = $true }
    if ($Request.ContainsKey('seal')) { $options.Sealing = $true }
    $tls = Get-Word $Request 'tls' 'none'
    if ($tls -eq 'ldaps') { $options.SecureSocketLayer = $true }
    elseif ($tls -eq 'starttls') { $options.StartTransportLayerSecurity($null) }
    elseif ($tls -ne 'none') { throw ('unknown tls ' + $tls) }
    $connection.AutoBind = $false
    $connection.Bind()
    if ($null -ne $State.Connection) { $State.Connection.Dispose() }
    $State.Connection = $connection
    $State.Gzip = $Request.ContainsKey('gzip')
    Send-Line ('{"t":"done","i":' + $Request.id + ',"rc":0,"n":0}')
}

function Get-Connection {
    if ($null -eq $State.Connection) { throw 'bind first' }
    return $State.Connection
}

function Invoke-Search($Request) {
    $connection = Get-Connection
    $search = New-Object System.DirectoryServices.Protocols.SearchRequest
    $search.DistinguishedName = Get-Text $Request 'base'
    $search.Filter = Get-Text $Request 'filter'
    $search.Scope = [System.DirectoryServices.Protocols.SearchScope](Get-Word $Request 'scope' 'Subtree')
    $search.SizeLimit = [int](Get-Word $Request 'size' 0)
    foreach ($name in $Request.attribute) { [void]$search.Attributes.Add((ConvertFrom-Base64 $name)) }
    Add-Control $search $Request
    $paging = $null
    $size = [int](Get-Word $Request 'page' 0)
    if ($size -gt 0) {
        $paging = New-Object System.DirectoryServices.Protocols.PageResultRequestControl($size)
        [void]$search.Controls.Add($paging)
    }
    $count = 0
    while ($true) {
        $response = $connection.SendRequest($search, $State.Timeout)
        Send-Entry $Request.id $response.Entries
        $count += $response.Entries.Count
        foreach ($reference in $response.References) {
            foreach ($uri in $reference.Reference) {
                Send-Line ('{"t":"r","i":' + $Request.id + ',"u":"' + (ConvertTo-Base64 $uri.OriginalString) + '"}')
            }
        }
        if ($null -eq $paging) { break }
        $cookie = $null
        foreach ($control in $response.Controls) {
            if ($control -is [System.DirectoryServices.Protocols.PageResultResponseControl]) { $cookie = $control.Cookie }
        }
        if ($null -eq $cookie -or $cookie.Length -eq 0) { break }
        $paging.Cookie = $cookie
        Send-Line ('{"t":"p","i":' + $Request.id + ',"n":' + $count + '}')
        $Writer.Flush()
    }
    Send-Line ('{"t":"done","i":' + $Request.id + ',"rc":' + [int]$response.ResultCode + ',"n":' + $count +
        ',"c":' + (Format-Control $response.Controls) + '}')
}

function Invoke-Modify($Request) {
    $modify = New-Object System.DirectoryServices.Protocols.ModifyRequest
    $modify.DistinguishedName = Get-Text $Request 'dn'
    foreach ($text in $Request.change) {
        $name, $operation, $values = $text.Split(':')
        $change = New-Object System.DirectoryServices.Protocols.DirectoryAttributeModification
        $change.Name = ConvertFrom-Base64 $name
        $change.Operation = [System.DirectoryServices.Protocols.DirectoryAttributeOperation]$operation
        if ($values.Length -gt 0) {
            foreach ($value in $values.Split(',')) { [void]$change.Add([byte[]][Convert]::FromBase64String($value)) }
        }
        [void]$modify.Modifications.Add($change)
    }
    Add-Control $modify $Request
    $response = (Get-Connection).SendRequest($modify, $State.Timeout)
    Send-Line ('{"t":"done","i":' + $Request.id + ',"rc":' + [int]$response.ResultCode + ',"n":1,"c":' +
        (Format-Control $response.Controls) + '}')
}

function Send-Error([int]$Id, $Exception) {
    [void]$Page.Clear()
    while ($null -ne $Exception.InnerException) {
        if ($Exception -is [System.DirectoryServices.Protocols.DirectoryException]) { break }
        $Exception = $Exception.InnerException
    }
    $kind = 'bridge'; $code = -1; $server = ''; $matched = ''
    if ($Exception -is [System.DirectoryServices.Protocols.DirectoryOperationException]) {
        $kind = 'ldap'
        if ($null -ne $Exception.Response) {
            $code = [int]$Exception.Response.ResultCode
            $server = $Exception.Response.ErrorMessage
            $matched = $Exception.Response.MatchedDN
        }
    }
    elseif ($Exception -is [System.DirectoryServices.Protocols.LdapException]) {
        $kind = 'client'
        $code = $Exception.ErrorCode
        $server = $Exception.ServerErrorMessage
    }
    Send-Line ('{"t":"err","i":' + $Id + ',"kind":"' + $kind + '","rc":' + $code +
        ',"type":"' + $Exception.GetType().FullName + '","message":"' + (ConvertTo-Base64 $Exception.Message) +
        '","server":"' + (ConvertTo-Base64 $server) + '","matched":"' + (ConvertTo-Base64 $matched) + '"}')
}

function Send-Hello($Request) {
    $State.IdleMilliseconds = [int](Get-Word $Request 'idle' $State.IdleMilliseconds)
    $user = [Environment]::UserDomainName + '\' + [Environment]::UserName
    Send-Line ('{"t":"hello","i":' + $Request.id + ',"v":3,"nonce":"' + (Get-Word $Request 'nonce' '') +
        '","powershell":"' + $PSVersionTable.PSVersion + '","clr":"' + [Environment]::Version +
        '","host":"' + (ConvertTo-Base64 ([System.Net.Dns]::GetHostEntry('').HostName)) +
        '","user":"' + (ConvertTo-Base64 $user) + '","pid":' + $PID + '}')
}

function Send-Echo($Request) {
    $bytes = [Convert]::FromBase64String((Get-Word $Request 'data' ''))
    $digest = [BitConverter]::ToString([System.Security.Cryptography.SHA256]::Create().ComputeHash($bytes)).Replace('-', '')
    $count = [int](Get-Word $Request 'lines' 0)
    $text = '{"t":"x","i":' + $Request.id + ',"x":"' + ('0123456789abcdef' * 4096) + '"}'
    for ($i = 0; $i -lt $count; $i++) { Send-Line $text }
    Send-Line ('{"t":"done","i":' + $Request.id + ',"rc":0,"n":' + $count + ',"digest":"' + $digest + '"}')
}

while ($true) {
    $task = $Reader.ReadLineAsync()
    if (-not $task.Wait($State.IdleMilliseconds)) { Send-Line '{"t":"bye","why":"idle"}'; $Writer.Flush(); exit 3 }
    $line = $task.Result
    if ($null -eq $line) { break }
    if ($line.Length -eq 0) { continue }
    $id = 0
    try {
        $request = Read-Request $line
        $line = $null
        # the mark at the end: half a line may arrive when a connection breaks, and half a change must not be made
        if (-not $request.ContainsKey('end')) { throw 'the request is cut off' }
        $id = $request.id
        # a request that was sent again after a lost answer is not done twice
        if ($id -le $State.Last) { continue }
        $State.Last = $id
        switch ($request.operation) {
            'hello' { Send-Hello $request }
            'bind' { Invoke-Bind $request }
            'search' { Invoke-Search $request }
            'modify' { Invoke-Modify $request }
            'echo' { Send-Echo $request }
            'ping' { Send-Line ('{"t":"done","i":' + $id + ',"rc":0,"n":0}') }
            'bye' { Send-Line ('{"t":"bye","why":"asked","s":' + $State.Lines + '}'); $Writer.Flush(); exit 0 }
            default { throw ('unknown operation ' + $request.operation) }
        }
    }
    catch { Send-Error $id $_.Exception }
    $Writer.Flush()
}
$Writer.Flush()
exit 0
""".lstrip()

# What the bridge says of itself in its first answer; texts of another version never meet.
VERSION = 3

PROGRAM = "powershell.exe"
FLAGS = ("-NoLogo", "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-EncodedCommand")


def arguments() -> list[str]:
    """Return the arguments of PowerShell: flags, and the first text as base64 of UTF-16."""
    return [*FLAGS, base64.b64encode(BOOTSTRAP.encode("utf-16-le")).decode("ascii")]


def script() -> bytes:
    """Return what standard input begins with: length and hash of the second text, the text itself, a line's end."""
    text = BRIDGE.encode("ascii")
    return b"%d %s\n%s\n" % (len(text), hashlib.sha256(text).hexdigest().upper().encode("ascii"), text)
