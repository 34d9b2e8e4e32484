# rule: bash-network
exec 3<>/dev/tcp/example.org/80
