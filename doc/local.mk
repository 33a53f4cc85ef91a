# What doc/ adds to the makefile.
