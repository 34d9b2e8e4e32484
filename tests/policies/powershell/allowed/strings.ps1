Write-Output "Get-Content x ""iex"" `"iex" 'it''s iex' # comment
