# rule: powershell-process
start-process ls -Wait
