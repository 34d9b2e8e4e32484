function Get-Sum([int[]]$numbers) { ($numbers | Measure-Object -Sum).Sum }
foreach ($line in $input) { Write-Output $line.ToUpper() }
Get-Sum 1, 2, 3
exit 0
