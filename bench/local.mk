# What bench/ adds to the makefile.
