# rule: powershell-eval
$text = 'Get-Date'
iex $text
