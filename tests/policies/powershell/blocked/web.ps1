# rule: powershell-remote
Invoke-WebRequest http://example.org
