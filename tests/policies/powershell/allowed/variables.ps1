$iex = 1
$curl = @{ 'Get-Content' = 2 }
Write-Output $iex $curl.Count
