local $/;
print length(<STDIN> // ""), " bytes\n";
