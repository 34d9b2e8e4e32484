# rule: powershell-files
[System.IO.File]::ReadAllText('/etc/passwd')
