# What examples/ adds to the makefile.
