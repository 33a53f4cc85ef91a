# What doc/ adds to the makefile.
dist_man_MANS = %D%/winsock-compat.5 %D%/wscc.1 %D%/wsc++.1
