# What tools/ adds to the makefile.
