# rule: powershell-files
Get-Content /etc/passwd
