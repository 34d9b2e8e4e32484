echo said
exit 3
