# Invoke-Expression 'x'
<# Get-Content x
iex #>
Write-Output 1
