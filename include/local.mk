# What include/ adds to the makefile.
