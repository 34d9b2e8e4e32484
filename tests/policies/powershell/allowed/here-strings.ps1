$text = @"
Invoke-Expression "x"
"@
$raw = @'
iex 'x' $(Get-Content x)
'@
Write-Output $text $raw
