# rule: powershell-files
Write-Output "it is $(get-childitem /) there"
